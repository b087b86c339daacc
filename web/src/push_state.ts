/** What this device can do with notifications, and whether it does. */

export interface Device {
  readonly userAgent: string;
  readonly platform: string;
  readonly touchPoints: number;
  /** Opened from the home screen, or installed. */
  readonly standalone: boolean;
  /** The browser knows pushes here. */
  readonly able: boolean;
  readonly permission: NotificationPermission;
}

/** `home_screen`: it can, once it stands there. */
export type PushState = "unsupported" | "home_screen" | "denied" | "off" | "on";

/** `wanted`: somebody has turned them on here, as whoever is logged in. */
export function stateOf(device: Device, wanted: boolean): PushState {
  if (!device.able) return isApple(device) && !device.standalone ? "home_screen" : "unsupported";
  if (device.permission === "denied") return "denied";
  return wanted && device.permission === "granted" ? "on" : "off";
}

/** An iPad says that it is a Mac, and has a screen to touch. */
export const isApple = ({ userAgent, platform, touchPoints }: Device): boolean =>
  /iPhone|iPad|iPod/.test(userAgent) || (platform === "MacIntel" && touchPoints > 1);

/** Where the notifications of an app are allowed: in the system, or beside the address. */
export const isInstalled = (device: Device): boolean => device.standalone;

/** A key as the server writes it, as browsers take it. */
export function keyBytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

export function sameKey(one: ArrayBuffer | null, other: Uint8Array): boolean {
  if (one === null) return false;
  const bytes = new Uint8Array(one);
  return bytes.length === other.length && bytes.every((byte, index) => byte === other[index]);
}
