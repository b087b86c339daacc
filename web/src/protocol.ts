/**
 * What a client asks and hears. Made by `python -m server.protocol.generate` from the types that
 * validate on the server; `docs/protocol.md` tells the same in words.
 */

/** Whoever is logged in: one person, with any number of roles and schools. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly locale: "en" | "nl";
  readonly roles: readonly RoleOfAccount[];
  /** whether log-in asks for a code */
  readonly second_factor: boolean;
  /** when pushes to a guardian wait, in the school's time zone */
  readonly quiet_hours?: QuietHours;
}

export interface AccountAnswer {
  readonly account: Account;
}

/** Accepts an invitation, once. A new account takes `password`, and `name` instead of the roster's if given. Where the address has an account already, its own session or its password (and `code`) confirms. A new password has 10 to 200 characters and is neither name nor address. */
export interface Activate {
  /** what a mailed link has behind its `#` */
  readonly token: string;
  readonly name?: string | null;
  readonly password?: string | null;
  readonly code?: string | null;
  /** for programs: answer a `token` instead of setting a cookie */
  readonly bearer?: boolean;
}

/** What to show before somebody accepts. */
export interface ActivationShown {
  readonly name: string;
  readonly email: string;
  readonly school: string;
  readonly children: readonly string[];
  /** the address has an account: its session or password confirms */
  readonly account_exists: boolean;
}

/** Puts a teacher into a class's team until a date, beside the roster; again, with another date. Imports leave a substitute alone. Somebody new is made with `hekje account create`. */
export interface AddToTeam {
  readonly class_id: string;
  readonly teacher_id: string;
  /** the first day without rights, at the school */
  readonly until: string;
}

/** Asks for a link by mail to the address of another account, which is one's own as well. The answer never tells whether the address is known. */
export interface AskToMerge {
  readonly email: string;
}

/** Who wrote. `id` and `name` are empty where the reader may not know the other guardian. */
export interface Author {
  readonly id: string;
  readonly name: string;
  readonly role: "guardian" | "office" | "teacher";
}

/** A teacher's hours or the school's calendar has changed: this is how it stands now. */
export interface AvailabilityChanged {
  readonly class_id: string;
  readonly team: AvailableTeam;
  readonly teachers: readonly AvailableTeacher[];
  readonly chat_closed?: boolean;
}

/** One teacher of a team. */
export interface AvailableTeacher {
  readonly teacher_id: string;
  readonly name: string;
  /** of an ordinary week; none with chat off */
  readonly hours: Hours;
  readonly available: boolean;
  /** the end, if there is any */
  readonly until?: string;
  /** the first of these that holds */
  readonly reason?: "away" | "chat_off" | "outside_hours" | "school_closed";
  /** when there again, if ever */
  readonly next?: string;
}

/** The team: there while any of its teachers is. */
export interface AvailableTeam {
  readonly available: boolean;
  /** the end, if there is any */
  readonly until?: string;
  /** the first of these that holds */
  readonly reason?: "away" | "chat_off" | "outside_hours" | "school_closed";
  /** when there again, if ever */
  readonly next?: string;
}

/** Makes the secret of a second factor (TOTP). It counts from `totp.confirm` on. */
export type BeginTotp = Readonly<Record<string, never>>;

export interface CalendarAnswer {
  /** in their order */
  readonly closed: readonly string[];
  /** what closed dates are called, in their order */
  readonly names?: readonly Period[];
  /** counts the changes of the calendar */
  readonly rev?: number;
  /** of the national school holidays: the school's */
  readonly region?: "midden" | "noord" | "zuid";
}

/** When the team of a class is there, for whoever writes to it. */
export interface ClassAvailability {
  readonly class_id: string;
  readonly team: AvailableTeam;
  /** by name */
  readonly teachers: readonly AvailableTeacher[];
  /** no teacher takes texts now: the school's `contact` says how to reach it */
  readonly chat_closed?: boolean;
}

/** Shows that the authenticator has the secret. A session that had to enrol is full then. */
export interface ConfirmTotp {
  readonly code: string;
}

/** Between the guardians named in it and whoever is in the team of its class now. Each sees it with marks of their own; unread is `last_seq - read_seq`. */
export interface Conversation {
  readonly id: string;
  readonly school_id: string;
  readonly class_id: string;
  readonly pupil: Person;
  readonly guardians: readonly Person[];
  /** takes no messages any more */
  readonly read_only: boolean;
  /** `seq` of the newest message; 0 without any */
  readonly last_seq: number;
  /** counts what was written, corrected or withdrawn in it */
  readonly rev: number;
  /** how far you have read */
  readonly read_seq: number;
  /** for guardians: how far anyone of the team has read */
  readonly team_read_seq?: number;
  /** for the team: how far each guardian has read */
  readonly guardians_read?: readonly ReadMark[];
  /** for the team: who will answer */
  readonly taken_by?: Person;
  /** for the team: no answer is due */
  readonly handled?: boolean;
  readonly last_message?: Message;
}

export interface ConversationAnswer {
  readonly conversation: Conversation;
}

/** A conversation as you see it now: new to you, read by you elsewhere, taken or handled. Comes before the first message to somebody who does not know the conversation. */
export interface ConversationChanged {
  readonly conversation: Conversation;
}

export interface ConversationsAnswer {
  readonly conversations: readonly Conversation[];
  /** whether there are others after these */
  readonly more: boolean;
}

/** Somebody invented, to look around as. */
export interface DemoPerson {
  readonly id: string;
  readonly name: string;
  readonly role: "guardian" | "office" | "teacher";
  /** what there is to see, in a sentence */
  readonly about: string;
}

/** Whom one can be with a click, on the machine where the demo school is served. */
export interface DemoShown {
  readonly school: string;
  readonly people: readonly DemoPerson[];
}

/** A link in your digest of a school turned it off: no mail tells you of messages there. */
export interface DigestEnded {
  readonly school_id: string;
  /** instant, RFC 3339 in UTC with milliseconds */
  readonly at: string;
}

/** When the one e-mail goes out that bundles what is unread. */
export interface DigestTimes {
  /** clock time, `HH:MM` */
  readonly at: string;
  readonly days: readonly ("fri" | "mon" | "sat" | "sun" | "thu" | "tue" | "wed")[];
}

/** You know by now that your digest is off: neither this nor `session.start` says so any more. */
export interface DismissEnded {
  readonly school_id: string;
}

/** It is done; there is nothing more to say. */
export type Done = object;

/** Corrects a text of your own, until 15 minutes after it was written. Later it is `policy` with `rule: "edit_window"`. */
export interface EditMessage {
  readonly message_id: string;
  /** 1 to 4,000 code points, not blank */
  readonly text: string;
}

/** What a calendar from elsewhere has for one year, or one file of it. */
export interface Edition {
  readonly source: string;
  readonly periods: readonly Period[];
}

/** Logs out a session of the account; its connections close at once. */
export interface EndSession {
  readonly session_id: string;
}

/** Begins a session as one of the demo school's people, in the language that is asked for. */
export interface EnterDemo {
  /** one of `/api/demo` */
  readonly id: string;
}

/** The last mail to somebody did not arrive. */
export interface Failure {
  readonly person_id: string;
  readonly role: "guardian" | "office" | "teacher";
  readonly name: string;
  readonly email: string;
  /** `address`: nobody gets mail there; `letter`: the mail server refused what was sent; `time`: it could not be handed over for too long */
  readonly trouble: "address" | "letter" | "time";
  /** what the mail server answered, in its own words */
  readonly said: string;
  /** instant, RFC 3339 in UTC with milliseconds */
  readonly at: string;
}

export interface FailuresAnswer {
  readonly failures: readonly Failure[];
}

/** What is open in front of the person at this connection now, so that no push comes for it. Say null as soon as the window is hidden or loses the focus. A lost connection looks at nothing. */
export interface FocusDevice {
  /** null: none */
  readonly conversation_id: string | null;
}

/** Asks for a mail with a link. The answer never tells whether the address is known. */
export interface ForgotPassword {
  readonly email: string;
}

/** Newest first. */
export interface FoundAnswer {
  readonly messages: readonly Message[];
  /** whether there are older ones */
  readonly more: boolean;
}

/** Whether the team of a class is there now, and each of its teachers. Ask again at `until` or `next`. */
export interface GetAvailability {
  readonly class_id: string;
}

/** The dates on which a school is closed, and what they are called. */
export interface GetCalendar {
  readonly school_id: string;
}

/** A guardian who may be contacted about a pupil. */
export interface GuardianOfPupil {
  readonly id: string;
  readonly name: string;
  /** for the team: whether they can read what is written */
  readonly has_account?: boolean;
  /** for the team: whether the roster has an e-mail address */
  readonly has_address?: boolean;
}

/** Marks, for the team alone, that no answer is due, or that one is. A guardian's message makes it false, a teacher's true. */
export interface HandleConversation {
  readonly conversation_id: string;
  readonly handled: boolean;
}

/** Conversation id → `rev` of those that changed in the last two minutes, every 25 seconds. Where it is over the `rev` you know, call `session.start` with `since`. */
export type Heads = Readonly<Record<string, number>>;

/** Blocks of each weekday, none on a day that is left out. They may touch, not overlap. */
export interface Hours {
  /** start (included) and end (excluded) */
  readonly mon?: readonly (readonly string[])[];
  /** start (included) and end (excluded) */
  readonly tue?: readonly (readonly string[])[];
  /** start (included) and end (excluded) */
  readonly wed?: readonly (readonly string[])[];
  /** start (included) and end (excluded) */
  readonly thu?: readonly (readonly string[])[];
  /** start (included) and end (excluded) */
  readonly fri?: readonly (readonly string[])[];
  /** start (included) and end (excluded) */
  readonly sat?: readonly (readonly string[])[];
  /** start (included) and end (excluded) */
  readonly sun?: readonly (readonly string[])[];
}

/** Takes over what `calendar.propose` showed, entirely or not at all. If the calendar has changed since (`rev`) it is a `conflict`: propose again. */
export interface ImportCalendar {
  readonly school_id: string;
  /** counts the changes of the calendar */
  readonly rev: number;
  /** `school_holidays`: the server asks the government, for a `region`; `public_holidays` of the Netherlands; `file`: the government's JSON, for a `region`, or an iCalendar file */
  readonly kind: "file" | "public_holidays" | "school_holidays";
  readonly editions: readonly Edition[];
  /** names of days that stay open */
  readonly left_out?: readonly string[];
  readonly region?: "midden" | "noord" | "zuid" | null;
}

export interface InvitationsAnswer {
  readonly guardians: readonly InvitedGuardian[];
}

export interface InvitationsSent {
  /** how many mails will go out */
  readonly sent: number;
}

/** Where a guardian of the class stands. */
export interface InvitedGuardian {
  readonly guardian_id: string;
  readonly name: string;
  readonly pupil_ids: readonly string[];
  readonly has_account: boolean;
  readonly has_address: boolean;
  /** another guardian has the same one: an account is one person */
  readonly needs_own_address: boolean;
  /** instant, RFC 3339 in UTC with milliseconds */
  readonly invited_at?: string;
  /** the link in it works until then */
  readonly invited_until?: string;
  /** the last mail to them did not arrive */
  readonly undelivered?: "address" | "letter" | "time";
}

/** A page of your conversations, last changed first. */
export interface ListConversations {
  /** only those of this class */
  readonly class_id?: string | null;
  /** id of the last conversation of the page before */
  readonly before?: string | null;
  readonly limit?: number;
}

/** To whom mail did not arrive in the last 90 days, the latest first; at most 200. Somebody leaves the list once a mail arrives, or the roster has another address. */
export interface ListFailures {
  readonly school_id: string;
}

/** Where each guardian of a class stands: who has an account, who was invited when. */
export interface ListInvitations {
  readonly class_id: string;
}

/** Where the account is logged in, the newest first. */
export type ListSessions = Readonly<Record<string, never>>;

/** Who is in the team of a class, and who of the school could substitute there. */
export interface ListTeam {
  readonly class_id: string;
}

/** What guardians wrote and nobody of the team has read for as many school days as the school set. The longest first, at most 200. Who reads, handles or withdraws it takes it off the list. */
export interface ListUnread {
  readonly school_id: string;
}

/** Begins a session. */
export interface LogIn {
  readonly email: string;
  readonly password: string;
  readonly code?: string | null;
  /** for programs: answer a `token` instead of setting a cookie */
  readonly bearer?: boolean;
}

/** The session is in the cookie, or in `token` for programs that asked for `bearer`. */
export interface LoggedIn {
  readonly account: Account;
  readonly token?: string;
}

/** Tells that you have read up to this `seq`. A mark never goes back. */
export interface MarkRead {
  readonly conversation_id: string;
  readonly seq: number;
}

/** Puts the account that the link was mailed to into the asker's, with all its roles, once. Only the account that asked can, and `code` is of the other's second factor. */
export interface Merge {
  /** what a mailed link has behind its `#` */
  readonly token: string;
  readonly code?: string | null;
  /** for programs: answer a `token` instead of setting a cookie */
  readonly bearer?: boolean;
}

/** Makes one account of two, where the school knows that both are the same person's. The merged one goes: its roles, with all that was written and read in them, go over, and its sessions end. It can have no roles at other schools, nor be the asker's own. */
export interface MergeAccounts {
  /** a guardian or teacher whose account stays */
  readonly kept_id: string;
  /** a guardian or teacher whose account goes into it */
  readonly merged_id: string;
}

/** A text in a conversation. Of a withdrawn one only the place is left: its `text` is empty. */
export interface Message {
  readonly id: string;
  readonly conversation_id: string;
  /** 1, 2, 3 … in the order stored */
  readonly seq: number;
  /** the conversation's, when this message was last touched */
  readonly rev: number;
  readonly kind: "absence" | "text";
  readonly author: Author;
  readonly text: string;
  /** empty: attachments come later */
  readonly files: readonly string[];
  /** instant, RFC 3339 in UTC with milliseconds */
  readonly at: string;
  /** told to its author alone */
  readonly key?: string;
  /** instant, RFC 3339 in UTC with milliseconds */
  readonly edited_at?: string;
  readonly withdrawn?: boolean;
}

export interface MessageAnswer {
  readonly message: Message;
}

/** A message was corrected or withdrawn. */
export interface MessageChanged {
  readonly message: Message;
}

/** Somebody is writing. */
export interface MessageIsTyping {
  readonly conversation_id: string;
  /** `team` to guardians, the writer's id to the team */
  readonly by: string;
}

/** Somebody wrote, or you did on another device. */
export interface MessagePosted {
  readonly message: Message;
}

/** The other side has read up to `seq`. */
export interface MessageWasRead {
  readonly conversation_id: string;
  readonly seq: number;
  /** `team` to guardians, a guardian's id to the team */
  readonly by: string;
}

/** Oldest first. */
export interface MessagesAnswer {
  readonly messages: readonly Message[];
  /** whether there are others in that direction */
  readonly more: boolean;
}

/** A date and a time of day, in the school's time zone. */
export interface Moment {
  readonly date: string;
  /** clock time, `HH:MM` */
  readonly time: string;
}

/** A teacher's own hours, days away, chat and digest. */
export interface MyAvailability {
  readonly school_id: string;
  readonly hours: Hours;
  /** first and last dates */
  readonly away: readonly (readonly string[])[];
  readonly chat: boolean;
  /** set by you; until then the school's default holds */
  readonly own: boolean;
  /** null: none */
  readonly digest: DigestTimes;
  /** when a link in the digest turned it off: `availability.dismiss` */
  readonly digest_ended_at?: string;
}

/** Says whether teachers' digests may name pupils; until then no mail about messages names anybody. Mail can be read on its way and where it lies. It holds for what is sent from now on. */
export interface NameInDigests {
  readonly school_id: string;
  readonly allowed: boolean;
}

/** A name in a calendar from elsewhere. */
export interface OfferedName {
  readonly name: string;
  /** not one of `left_out` */
  readonly taken: boolean;
  /** `advised`: schools may choose other dates; `optional`: not every school is closed then */
  readonly note?: "advised" | "optional";
}

/** Gives the conversation with exactly these guardians, made if there is none. A guardian is always a participant; without `guardian_ids` they are the only one. A teacher without `guardian_ids` means all guardians who may be contacted; where these live apart that is `policy` with `rule: "apart"`. Until something is written in it, only who opened it sees it. */
export interface OpenConversation {
  readonly class_id: string;
  readonly pupil_id: string;
  readonly guardian_ids?: readonly string[] | null;
}

/** Days in a row with one name, both dates included. */
export interface Period {
  readonly first: string;
  readonly last: string;
  readonly name?: string;
}

/** Somebody by name: a pupil, a guardian or a teacher. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

export interface PreviewAnswer {
  /** in the order asked */
  readonly moments: readonly Reached[];
}

/** What settings would mean, before they are set: how a guardian's message of each moment reaches you. */
export interface PreviewAvailability {
  readonly school_id: string;
  readonly hours: Hours;
  /** first and last dates */
  readonly away: readonly (readonly string[])[];
  readonly chat: boolean;
  /** null: none */
  readonly digest: DigestTimes | null;
  readonly moments: readonly Moment[];
}

/** Differences, by name, and what to send to make them so. */
export interface ProposalAnswer {
  /** `school_holidays`: the server asks the government, for a `region`; `public_holidays` of the Netherlands; `file`: the government's JSON, for a `region`, or an iCalendar file */
  readonly kind: "file" | "public_holidays" | "school_holidays";
  readonly editions: readonly Edition[];
  readonly left_out: readonly string[];
  /** counts the changes of the calendar */
  readonly rev: number;
  readonly names: readonly OfferedName[];
  /** open now, closed then */
  readonly comes: readonly Period[];
  /** closed by an earlier edition, open then */
  readonly goes: readonly Period[];
  /** closed already */
  readonly stays: readonly Period[];
  /** closed already, and called this then */
  readonly named: readonly Period[];
  /** events that close no whole day, or cannot be understood */
  readonly skipped?: number;
  /** of the national school holidays: the school's */
  readonly region?: "midden" | "noord" | "zuid";
}

/** Shows what taking over a calendar from elsewhere would change, and changes nothing. `calendar.import` with the answer's `kind`, `editions`, `left_out`, `region` and `rev` does it. */
export interface ProposeCalendar {
  readonly school_id: string;
  /** `school_holidays`: the server asks the government, for a `region`; `public_holidays` of the Netherlands; `file`: the government's JSON, for a `region`, or an iCalendar file */
  readonly kind: "file" | "public_holidays" | "school_holidays";
  readonly region?: "midden" | "noord" | "zuid" | null;
  /** the text of the file */
  readonly file?: string;
  /** under which the next edition of it will be known */
  readonly file_name?: string;
  /** left out: those of last time */
  readonly left_out?: readonly string[] | null;
}

/** A guardian sees here themselves and the co-guardians they may be named with. */
export interface Pupil {
  readonly id: string;
  readonly class_id: string;
  readonly name: string;
  readonly guardians: readonly GuardianOfPupil[];
}

export interface PupilAnswer {
  readonly pupil: Pupil;
}

/** When pushes wait; over midnight when `end` is the earlier, never when they are equal. */
export interface QuietHours {
  /** clock time, `HH:MM` */
  readonly start: string;
  /** clock time, `HH:MM` */
  readonly end: string;
}

/** How a message of that moment reaches a teacher. */
export interface Reached {
  /** instant, RFC 3339 in UTC with milliseconds */
  readonly at: string;
  readonly available: boolean;
  /** `push`: at once; `email`: in the digest then due */
  readonly notice: "email" | "none" | "push";
  /** when the digest goes out */
  readonly due?: string;
}

export interface ReadAnswer {
  /** where your mark stands now */
  readonly read_seq: number;
}

/** A page of messages: with `seq` under `before`, or over `after`; without either the newest. */
export interface ReadHistory {
  readonly conversation_id: string;
  readonly before?: number | null;
  readonly after?: number | null;
  readonly limit?: number;
}

/** How far a guardian has read. */
export interface ReadMark {
  /** the guardian's */
  readonly id: string;
  readonly seq: number;
}

/** Ends a substitution at once. Whom the roster has put in the team stays. */
export interface RemoveFromTeam {
  readonly class_id: string;
  readonly teacher_id: string;
}

/** Asks for a new mail with the token of an expired link, to the address that it was for. */
export interface RenewActivation {
  /** what a mailed link has behind its `#` */
  readonly token: string;
}

/** Says in which roles nobody can do anything at the school without a second factor. It holds at once: whoever has none can only enrol one then. */
export interface RequireSecondFactor {
  readonly school_id: string;
  readonly roles: readonly ("office" | "teacher")[];
}

/** Sets a new password, of 10 to 200 characters, and ends all sessions. */
export interface ResetPassword {
  /** what a mailed link has behind its `#` */
  readonly token: string;
  readonly password: string;
}

/** Takes the second factor from somebody's account, for who has lost their authenticator. All its sessions end. The account can have no roles at other schools, nor be the asker's own. */
export interface ResetTotp {
  /** a guardian or teacher of the school */
  readonly person_id: string;
}

/** What somebody is at a school, and as whom its roster knows them. */
export interface RoleOfAccount {
  readonly school_id: string;
  readonly role: "guardian" | "office" | "teacher";
  readonly teacher_id?: string;
  readonly guardian_id?: string;
}

/** A school where the account has a role. */
export interface School {
  readonly id: string;
  readonly name: string;
  /** IANA name, such as `Europe/Amsterdam` */
  readonly timezone: string;
  readonly locale: string;
  /** such as `2026-2027`; empty between two */
  readonly year: string;
  /** how to reach the school otherwise, in words */
  readonly contact: string;
  /** in these roles nobody can do anything without a second factor */
  readonly second_factor: readonly ("office" | "teacher")[];
  /** teachers' digests name pupils */
  readonly names_in_digests?: boolean;
}

export interface SchoolAnswer {
  readonly school: School;
}

/** A class of one school year, with its team of today. */
export interface SchoolClass {
  readonly id: string;
  readonly school_id: string;
  readonly name: string;
  readonly year: string;
  readonly teachers: readonly Person[];
  /** its school year is over */
  readonly read_only: boolean;
}

/** Finds messages with all these words, each as a prefix, whatever accents and capitals. */
export interface SearchMessages {
  readonly text: string;
  /** only in this conversation */
  readonly conversation_id?: string | null;
  /** id of the last message of the page before */
  readonly before?: string | null;
  readonly limit?: number;
}

/** Mails an activation link to these guardians, or to all who can have one and have no account. A new link voids the one before. */
export interface SendInvitations {
  readonly class_id: string;
  readonly guardian_ids?: readonly string[] | null;
}

/** Writes a message. `ok` means that it is stored durably. The same `key` with the same text returns the message already stored, so sending again is safe; with another text it is `conflict` with the `message_id` of the first. */
export interface SendMessage {
  readonly conversation_id: string;
  /** your own, the same when sent again */
  readonly key: string;
  /** 1 to 4,000 code points, not blank */
  readonly text: string;
}

/** Rights or names have changed: call `session.start` again. */
export type SessionChanged = object;

/** A log-in on some device. */
export interface SessionOfAccount {
  readonly id: string;
  /** what the device called itself */
  readonly agent: string;
  /** instant, RFC 3339 in UTC with milliseconds */
  readonly created_at: string;
  /** the session that asks */
  readonly current: boolean;
}

/** Everything but messages as it is now; of the conversations those changed last. `missed`, `restart` and `gone` come with `since`. */
export interface SessionStarted {
  readonly account: Account;
  readonly schools: readonly School[];
  readonly classes: readonly SchoolClass[];
  /** of a teacher's classes; a guardian's own children */
  readonly pupils: readonly Pupil[];
  /** empty: announcements come later */
  readonly channels: readonly unknown[];
  /** the 200 changed last */
  readonly conversations: readonly Conversation[];
  /** there are other conversations: `conversation.list` */
  readonly more: boolean;
  /** of each of the classes */
  readonly availability: readonly ClassAvailability[];
  /** another than before: forget everything and start afresh */
  readonly epoch: string;
  /** the server's clock */
  readonly now: string;
  /** with which a browser subscribes to pushes: its `applicationServerKey` */
  readonly push_key: string;
  /** left out: none. Until a new digest, or `availability.dismiss` */
  readonly digests_ended?: readonly DigestEnded[];
  /** each message written, corrected or withdrawn since */
  readonly missed?: readonly Message[];
  /** conversations of which more was missed: read their history */
  readonly restart?: readonly string[];
  /** conversations that are not yours any more: forget them */
  readonly gone?: readonly string[];
}

export interface SessionsAnswer {
  readonly sessions: readonly SessionOfAccount[];
}

/** Marks that a pupil's guardians live apart: no conversation names more than one of them then. Joint conversations become read-only, and nothing shows one guardian the other. */
export interface SetApart {
  readonly pupil_id: string;
  readonly apart: boolean;
}

/** Sets your hours at a school, all of them at once. Without a digest no e-mail tells you of messages: who has not asked whether that is meant says `confirm: false`, and is told so, as `policy` (`rule: "no_digest"`). */
export interface SetAvailability {
  readonly school_id: string;
  readonly hours: Hours;
  /** first and last dates */
  readonly away: readonly (readonly string[])[];
  /** whether guardians can write to you */
  readonly chat: boolean;
  /** null: none */
  readonly digest: DigestTimes | null;
  readonly confirm?: boolean;
}

/** Sets all dates on which the school is closed; what is not in the list is open. With the `rev` that you have seen nobody's change is lost: another one is a `conflict`. */
export interface SetCalendar {
  readonly school_id: string;
  /** dates, `YYYY-MM-DD` */
  readonly closed: readonly string[];
  /** what these dates are called; left out: a date that stays keeps its name */
  readonly names?: readonly Period[] | null;
  readonly rev?: number | null;
}

/** Who an activation link is for. Looking uses nothing up. */
export interface ShowActivation {
  /** what a mailed link has behind its `#` */
  readonly token: string;
}

/** What you have set at a school where you teach, or its default. */
export interface ShowMyAvailability {
  readonly school_id: string;
}

/** Which of the team are there on each date of a week. */
export interface ShowTeamWeek {
  readonly class_id: string;
  /** any date of that week; today without it */
  readonly date?: string | null;
}

/** Says after how many whole school days the office is shown what no teacher has read. */
export interface ShowUnread {
  readonly school_id: string;
  /** null: never */
  readonly days: number | null;
}

/** All for the first screen in one answer, and what was missed. Call it after every connect. */
export interface StartSession {
  /** conversation id → the `rev` you know it to have */
  readonly since?: Readonly<Record<string, number>> | null;
}

/** Pushes to this device, by Web Push, for as long as the session lasts. Made with the `push_key` of `session.start`. The device belongs to whoever subscribed last; an account has at most 20, the oldest makes place. */
export interface SubscribeDevice {
  readonly subscription: Subscription;
}

/** A `PushSubscription` as browsers write it as JSON. */
export interface Subscription {
  /** an https address at a push service that the server knows */
  readonly endpoint: string;
  readonly keys: SubscriptionKeys;
  /** milliseconds since 1970; not used: the push service says when it is over */
  readonly expirationTime?: number | null;
}

/** With which a push is encrypted for one device alone; base64url without padding. */
export interface SubscriptionKeys {
  /** its public key */
  readonly p256dh: string;
  /** a secret that it shares */
  readonly auth: string;
}

/** Tells the rest of the team that you will answer, or will not after all. For the team; taken by a colleague it is `conflict`, with who that is as `taken_by`. */
export interface TakeConversation {
  readonly conversation_id: string;
  readonly taken: boolean;
}

/** A teacher's hours on a date, or why there are none. */
export interface TeacherOnDay {
  readonly teacher_id: string;
  readonly name: string;
  /** start (included) and end (excluded) */
  readonly hours?: readonly (readonly string[])[];
  /** the first of these that holds */
  readonly reason?: "away" | "chat_off" | "outside_hours" | "school_closed";
}

export interface TeamAnswer {
  readonly members: readonly TeamMember[];
  /** teachers who could be added */
  readonly others: readonly Person[];
}

export interface TeamDay {
  readonly date: string;
  /** by name */
  readonly teachers: readonly TeacherOnDay[];
  /** the school is closed */
  readonly closed?: boolean;
}

/** A teacher in the team today. */
export interface TeamMember {
  readonly id: string;
  readonly name: string;
  /** of a substitute: the first day without rights */
  readonly until?: string;
}

export interface TeamWeek {
  readonly class_id: string;
  /** Monday first */
  readonly days: readonly TeamDay[];
}

/** Good for one connection, within 30 seconds. */
export interface TicketAnswer {
  readonly ticket: string;
}

/** The secret, and the same as a URI for a QR code. */
export interface TotpBegun {
  readonly secret: string;
  readonly uri: string;
}

/** Tells the others that you are writing: every few seconds, as long as you are. Let what you hear fade after some seconds; nobody says when they stop. */
export interface Typing {
  readonly conversation_id: string;
}

/** Somebody has waited for the team of a class for too long. What they wrote is not told. */
export interface Unread {
  readonly class_id: string;
  readonly guardian: Person;
  /** instant, RFC 3339 in UTC with milliseconds */
  readonly since: string;
}

export interface UnreadAnswer {
  readonly unread: readonly Unread[];
  /** school days after which it is shown; left out: never, and none is */
  readonly days?: number;
}

/** No pushes to this device any more; `ok` too when there were none. */
export interface UnsubscribeDevice {
  /** an https address at a push service that the server knows */
  readonly endpoint: string;
}

/** Changes what is given and leaves the rest. */
export interface UpdateAccount {
  readonly name?: string | null;
  readonly locale?: "en" | "nl" | null;
  readonly quiet_hours?: QuietHours | null;
}

/** Takes back a message of your own. Its text is gone everywhere; its place stays. */
export interface WithdrawMessage {
  readonly message_id: string;
}

/** Event → what is asked and what is answered. */
export interface Requests {
  /** All for the first screen in one answer, and what was missed. Call it after every connect. */
  readonly "session.start": { readonly request: StartSession; readonly answer: SessionStarted };
  /** Where the account is logged in, the newest first. */
  readonly "session.list": { readonly request: ListSessions; readonly answer: SessionsAnswer };
  /** Logs out a session of the account; its connections close at once. */
  readonly "session.end": { readonly request: EndSession; readonly answer: Done };
  /** Changes what is given and leaves the rest. */
  readonly "account.update": { readonly request: UpdateAccount; readonly answer: AccountAnswer };
  /** Makes one account of two, where the school knows that both are the same person's. The merged one goes: its roles, with all that was written and read in them, go over, and its sessions end. It can have no roles at other schools, nor be the asker's own. */
  readonly "account.merge": { readonly request: MergeAccounts; readonly answer: Done };
  /** Makes the secret of a second factor (TOTP). It counts from `totp.confirm` on. */
  readonly "totp.begin": { readonly request: BeginTotp; readonly answer: TotpBegun };
  /** Shows that the authenticator has the secret. A session that had to enrol is full then. */
  readonly "totp.confirm": { readonly request: ConfirmTotp; readonly answer: AccountAnswer };
  /** Takes the second factor from somebody's account, for who has lost their authenticator. All its sessions end. The account can have no roles at other schools, nor be the asker's own. */
  readonly "totp.reset": { readonly request: ResetTotp; readonly answer: Done };
  /** Gives the conversation with exactly these guardians, made if there is none. A guardian is always a participant; without `guardian_ids` they are the only one. A teacher without `guardian_ids` means all guardians who may be contacted; where these live apart that is `policy` with `rule: "apart"`. Until something is written in it, only who opened it sees it. */
  readonly "conversation.open": { readonly request: OpenConversation; readonly answer: ConversationAnswer };
  /** A page of your conversations, last changed first. */
  readonly "conversation.list": { readonly request: ListConversations; readonly answer: ConversationsAnswer };
  /** Tells the rest of the team that you will answer, or will not after all. For the team; taken by a colleague it is `conflict`, with who that is as `taken_by`. */
  readonly "conversation.take": { readonly request: TakeConversation; readonly answer: ConversationAnswer };
  /** Marks, for the team alone, that no answer is due, or that one is. A guardian's message makes it false, a teacher's true. */
  readonly "conversation.handle": { readonly request: HandleConversation; readonly answer: ConversationAnswer };
  /** Writes a message. `ok` means that it is stored durably. The same `key` with the same text returns the message already stored, so sending again is safe; with another text it is `conflict` with the `message_id` of the first. */
  readonly "message.send": { readonly request: SendMessage; readonly answer: MessageAnswer };
  /** A page of messages: with `seq` under `before`, or over `after`; without either the newest. */
  readonly "message.history": { readonly request: ReadHistory; readonly answer: MessagesAnswer };
  /** Corrects a text of your own, until 15 minutes after it was written. Later it is `policy` with `rule: "edit_window"`. */
  readonly "message.edit": { readonly request: EditMessage; readonly answer: MessageAnswer };
  /** Takes back a message of your own. Its text is gone everywhere; its place stays. */
  readonly "message.withdraw": { readonly request: WithdrawMessage; readonly answer: MessageAnswer };
  /** Tells that you have read up to this `seq`. A mark never goes back. */
  readonly "message.read": { readonly request: MarkRead; readonly answer: ReadAnswer };
  /** Tells the others that you are writing: every few seconds, as long as you are. Let what you hear fade after some seconds; nobody says when they stop. */
  readonly "message.typing": { readonly request: Typing; readonly answer: Done };
  /** Finds messages with all these words, each as a prefix, whatever accents and capitals. */
  readonly "message.search": { readonly request: SearchMessages; readonly answer: FoundAnswer };
  /** Whether the team of a class is there now, and each of its teachers. Ask again at `until` or `next`. */
  readonly "availability.get": { readonly request: GetAvailability; readonly answer: ClassAvailability };
  /** Which of the team are there on each date of a week. */
  readonly "availability.week": { readonly request: ShowTeamWeek; readonly answer: TeamWeek };
  /** What you have set at a school where you teach, or its default. */
  readonly "availability.mine": { readonly request: ShowMyAvailability; readonly answer: MyAvailability };
  /** What settings would mean, before they are set: how a guardian's message of each moment reaches you. */
  readonly "availability.preview": { readonly request: PreviewAvailability; readonly answer: PreviewAnswer };
  /** Sets your hours at a school, all of them at once. Without a digest no e-mail tells you of messages: who has not asked whether that is meant says `confirm: false`, and is told so, as `policy` (`rule: "no_digest"`). */
  readonly "availability.set": { readonly request: SetAvailability; readonly answer: MyAvailability };
  /** You know by now that your digest is off: neither this nor `session.start` says so any more. */
  readonly "availability.dismiss": { readonly request: DismissEnded; readonly answer: Done };
  /** The dates on which a school is closed, and what they are called. */
  readonly "calendar.get": { readonly request: GetCalendar; readonly answer: CalendarAnswer };
  /** Sets all dates on which the school is closed; what is not in the list is open. With the `rev` that you have seen nobody's change is lost: another one is a `conflict`. */
  readonly "calendar.set": { readonly request: SetCalendar; readonly answer: CalendarAnswer };
  /** Shows what taking over a calendar from elsewhere would change, and changes nothing. `calendar.import` with the answer's `kind`, `editions`, `left_out`, `region` and `rev` does it. */
  readonly "calendar.propose": { readonly request: ProposeCalendar; readonly answer: ProposalAnswer };
  /** Takes over what `calendar.propose` showed, entirely or not at all. If the calendar has changed since (`rev`) it is a `conflict`: propose again. */
  readonly "calendar.import": { readonly request: ImportCalendar; readonly answer: CalendarAnswer };
  /** What is open in front of the person at this connection now, so that no push comes for it. Say null as soon as the window is hidden or loses the focus. A lost connection looks at nothing. */
  readonly "device.focus": { readonly request: FocusDevice; readonly answer: Done };
  /** Pushes to this device, by Web Push, for as long as the session lasts. Made with the `push_key` of `session.start`. The device belongs to whoever subscribed last; an account has at most 20, the oldest makes place. */
  readonly "device.subscribe": { readonly request: SubscribeDevice; readonly answer: Done };
  /** No pushes to this device any more; `ok` too when there were none. */
  readonly "device.unsubscribe": { readonly request: UnsubscribeDevice; readonly answer: Done };
  /** Where each guardian of a class stands: who has an account, who was invited when. */
  readonly "invitation.list": { readonly request: ListInvitations; readonly answer: InvitationsAnswer };
  /** Mails an activation link to these guardians, or to all who can have one and have no account. A new link voids the one before. */
  readonly "invitation.send": { readonly request: SendInvitations; readonly answer: InvitationsSent };
  /** To whom mail did not arrive in the last 90 days, the latest first; at most 200. Somebody leaves the list once a mail arrives, or the roster has another address. */
  readonly "notice.failures": { readonly request: ListFailures; readonly answer: FailuresAnswer };
  /** What guardians wrote and nobody of the team has read for as many school days as the school set. The longest first, at most 200. Who reads, handles or withdraws it takes it off the list. */
  readonly "notice.unread": { readonly request: ListUnread; readonly answer: UnreadAnswer };
  /** Says after how many whole school days the office is shown what no teacher has read. */
  readonly "school.show_unread": { readonly request: ShowUnread; readonly answer: UnreadAnswer };
  /** Says in which roles nobody can do anything at the school without a second factor. It holds at once: whoever has none can only enrol one then. */
  readonly "school.require_second_factor": { readonly request: RequireSecondFactor; readonly answer: SchoolAnswer };
  /** Says whether teachers' digests may name pupils; until then no mail about messages names anybody. Mail can be read on its way and where it lies. It holds for what is sent from now on. */
  readonly "school.name_in_digests": { readonly request: NameInDigests; readonly answer: SchoolAnswer };
  /** Who is in the team of a class, and who of the school could substitute there. */
  readonly "team.list": { readonly request: ListTeam; readonly answer: TeamAnswer };
  /** Puts a teacher into a class's team until a date, beside the roster; again, with another date. Imports leave a substitute alone. Somebody new is made with `hekje account create`. */
  readonly "team.add": { readonly request: AddToTeam; readonly answer: TeamAnswer };
  /** Ends a substitution at once. Whom the roster has put in the team stays. */
  readonly "team.remove": { readonly request: RemoveFromTeam; readonly answer: TeamAnswer };
  /** Marks that a pupil's guardians live apart: no conversation names more than one of them then. Joint conversations become read-only, and nothing shows one guardian the other. */
  readonly "pupil.set_apart": { readonly request: SetApart; readonly answer: PupilAnswer };
}

/** Event → what the server tells by itself. */
export interface Pushes {
  /** Rights or names have changed: call `session.start` again. */
  readonly "session.changed": SessionChanged;
  /** Conversation id → `rev` of those that changed in the last two minutes, every 25 seconds. Where it is over the `rev` you know, call `session.start` with `since`. */
  readonly "heads": Heads;
  /** A conversation as you see it now: new to you, read by you elsewhere, taken or handled. Comes before the first message to somebody who does not know the conversation. */
  readonly "conversation.changed": ConversationChanged;
  /** A teacher's hours or the school's calendar has changed: this is how it stands now. */
  readonly "availability.changed": AvailabilityChanged;
  /** Somebody wrote, or you did on another device. */
  readonly "message.posted": MessagePosted;
  /** A message was corrected or withdrawn. */
  readonly "message.changed": MessageChanged;
  /** The other side has read up to `seq`. */
  readonly "message.was_read": MessageWasRead;
  /** Somebody is writing. */
  readonly "message.is_typing": MessageIsTyping;
}

/** Path → what is posted over HTTP and what is answered. */
export interface Calls {
  readonly "/api/login": { readonly request: LogIn; readonly answer: LoggedIn };
  /** Ends the session. */
  readonly "/api/logout": { readonly request: undefined; readonly answer: Done };
  /** A ticket with which one connection can be made, within 30 seconds. */
  readonly "/api/ticket": { readonly request: undefined; readonly answer: TicketAnswer };
  readonly "/api/activation": { readonly request: ShowActivation; readonly answer: ActivationShown };
  readonly "/api/activate": { readonly request: Activate; readonly answer: LoggedIn };
  readonly "/api/activation/renew": { readonly request: RenewActivation; readonly answer: Done };
  readonly "/api/merge/ask": { readonly request: AskToMerge; readonly answer: Done };
  readonly "/api/merge": { readonly request: Merge; readonly answer: LoggedIn };
  readonly "/api/password/forgot": { readonly request: ForgotPassword; readonly answer: Done };
  readonly "/api/password/reset": { readonly request: ResetPassword; readonly answer: Done };
  /** The people of the demo school; `not_found` but on the machine that serves it. */
  readonly "/api/demo": { readonly request: undefined; readonly answer: DemoShown };
  readonly "/api/demo/enter": { readonly request: EnterDemo; readonly answer: LoggedIn };
}

export type ErrorCode =
  | "unauthenticated"
  | "code_required"
  | "code_setup_required"
  | "invalid"
  | "not_found"
  | "forbidden"
  | "conflict"
  | "chat_closed"
  | "read_only"
  | "policy"
  | "expired"
  | "too_large"
  | "rate_limited"
  | "unavailable";

export type RequestName = keyof Requests;
export type PushName = keyof Pushes;
export type CallPath = keyof Calls;

export interface Refused {
  readonly ok: false;
  readonly error: ProtocolError;
}

/** Why the answer is no: `code` for programs, `message` for a person, in their language. */
export interface ProtocolError {
  readonly code: ErrorCode;
  readonly message: string;
  /** With `invalid`: the path of the first fault. */
  readonly field?: string;
  /** With `policy`: which rule. */
  readonly rule?: string;
  /** With `rate_limited`: seconds. */
  readonly retry_after?: number;
  readonly [detail: string]: unknown;
}

/** What is acknowledged. There is always an answer. */
export type Answer<Name extends RequestName> =
  | ({ readonly ok: true } & Requests[Name]["answer"])
  | Refused;

/** What an HTTP call answers. */
export type CallAnswer<Path extends CallPath> =
  | ({ readonly ok: true } & Calls[Path]["answer"])
  | Refused;
