/** The little gate between home and school, which Hekje is named after. Its colours are the theme's. */

export function Gate() {
  return (
    <svg class="gate" viewBox="0 0 320 150" aria-hidden="true" focusable="false">
      <circle class="gate-sun" cx="238" cy="46" r="26" />
      <path class="gate-far" d="M0 112c34-26 78-32 118-16 46 18 96 14 202-10v64H0z" />
      <path class="gate-house" d="M38 104V74l28-22 28 22v30z" />
      <path class="gate-door" d="M60 104V86h12v18z" />
      <path class="gate-house" d="M214 104V66h78v38z" />
      <path class="gate-roof" d="M208 68l45-24 45 24z" />
      <path class="gate-door" d="M226 76h12v12h-12zM247 76h12v28h-12zM268 76h12v12h-12z" />
      <path class="gate-near" d="M0 122c60-16 110-18 160-12s104 6 160-6v46H0z" />
      <path class="gate-path" d="M146 150c2-14 4-26 10-40h12c4 14 8 26 22 40z" />
      <path class="gate-fence" d="M8 100l5-7 5 7v40H8zM34 100l5-7 5 7v40H34zM60 100l5-7 5 7v40H60zM86 100l5-7 5 7v40H86zM224 100l5-7 5 7v40h-10zM250 100l5-7 5 7v40h-10zM276 100l5-7 5 7v40h-10zM302 100l5-7 5 7v40h-10zM2 108h98v6H2zM2 126h98v6H2zM220 108h98v6h-98zM220 126h98v6h-98z" />
      <path class="gate-post" d="M104 88l6-8 6 8v56h-12zM204 88l6-8 6 8v56h-12z" />
      <path class="gate-wing" d="M118 96l38 8v6l-38-6zM118 124l38-2v6l-38 4zM124 92l6-5 5 8v42l-11 2zM144 97l5-4 5 7v31l-10 2z" />
    </svg>
  );
}
