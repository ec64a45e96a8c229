//! Refusals around webhooks: one row for each, with code, cause, fix and the sentence in both languages. None repeats a
//! secret.

use crate::tables::faults;

faults! {
    /// Why something is not done with a webhook.
    WebhookFault, WEBHOOK_CODES;
    /// There is none of that name.
    Unknown { webhook: String } =>
        "E-webhook-unknown", NotFound, "no webhook of that name is registered", "register it with `dure webhook add`, or look it up with `dure webhook list`",
        "no webhook {webhook:?} is registered", "\"{webhook}\" 웹훅이 등록되어 있지 않습니다";
    /// It is registered in another way.
    Exists { webhook: String } =>
        "E-webhook-exists", Conflict, "a webhook of that name is registered with another address, secret or choice of events", "use another name, or change it with `dure webhook change`",
        "the webhook {webhook:?} is registered in another way", "\"{webhook}\" 웹훅이 다른 내용으로 이미 등록되어 있습니다";
    /// Too many are registered.
    TooMany { max: usize } =>
        "E-webhooks-limit", Refused, "as many webhooks are registered as there may be", "remove one that is not needed any more",
        "{max} webhooks are registered, which is as many as there may be", "웹훅은 {max}개까지만 등록할 수 있습니다";
    /// The address cannot be one.
    AddressInvalid { max: usize } =>
        "E-webhook-url", Input, "the address of a webhook is neither `https://…` nor `http://…` on this machine, holds a user or password, or cannot be an address", "give an address such as https://example.org/hook",
        "the address must be `https://…`, or `http://…` on this machine; it names a host, holds no user, password, blank or `#`, and at most {max} bytes",
        "주소는 `https://…` 또는 이 컴퓨터의 `http://…`여야 합니다. 호스트가 있어야 하고, 사용자·비밀번호·빈칸·`#`은 쓸 수 없으며, {max}바이트까지입니다";
    /// The name of the variable cannot be one.
    VariableInvalid {} =>
        "E-webhook-variable", Input, "the name of the environment variable that holds a webhook's secret has another form; it may be the secret itself, which must not be given here", "give the name of a variable: capital letters, digits and `_`",
        "a variable of the environment is named by capital letters, digits and `_`; give its name, never the secret itself",
        "환경 변수 이름은 대문자, 숫자, `_`로 적습니다. 비밀 값이 아니라 그 값을 담은 환경 변수의 이름을 적으십시오";
    /// No event of a case has that name.
    EventUnknown { name: String, known: String } =>
        "E-webhook-event", Input, "a webhook asks for a type of event that cases do not have", "use one of the types named, as they stand in the log",
        "no event of a case is of the type {name:?}; there are: {known}", "\"{name}\" 종류의 기록은 건에 없습니다. 있는 것: {known}";
    /// Too many are named.
    TooManyFilters { named: usize, max: usize } =>
        "E-webhook-filters", Input, "a webhook names too many workflows or types of events", "name fewer, or none to be told of all",
        "{named} are named, at most {max} may be", "{named}개를 적었습니다. {max}개까지 적을 수 있습니다";
    /// The variable holds nothing.
    SecretMissing { variable: String } =>
        "E-webhook-secret-missing", Refused, "the environment variable with a webhook's secret is not set, so nothing was sent and nothing counted as failed", "set the variable where deliveries run, and run them again",
        "the variable {variable} is not set: nothing was sent, nothing is lost", "환경 변수 {variable}이(가) 없습니다. 아무것도 보내지 않았으며 보낼 기록은 그대로 남아 있습니다";
    /// The variable holds something else.
    SecretInvalid { variable: String, min: usize, max: usize } =>
        "E-webhook-secret", Refused, "the environment variable of a webhook holds no secret: `whsec_` and base64, two of them at most; nothing was sent and nothing counted as failed", "set the variable to the secret as the receiver has it, and run the deliveries again",
        "the variable {variable} holds no secret of {min} to {max} bytes (`whsec_` and base64): nothing was sent, nothing is lost",
        "환경 변수 {variable}에 {min}–{max}바이트의 비밀 값(`whsec_`와 base64)이 없습니다. 아무것도 보내지 않았으며 보낼 기록은 그대로 남아 있습니다";
    /// Nothing that failed waits there.
    NotFailing { known: String } =>
        "E-webhook-not-failing", Refused, "no event that could not be delivered waits at that position, so there is nothing to try again", "see `dure webhook show`",
        "nothing that failed waits there; it does at: {known}", "그 순번에 실패하여 기다리는 기록이 없습니다. 있는 순번: {known}";
    /// Too much is parked.
    Stopped { webhook: String, parked: usize } =>
        "E-webhook-stopped", Refused, "so many events of a webhook are parked that no more are sent: its receiver seems to be gone", "have them tried again with `dure webhook retry`, or remove the webhook; nothing is lost",
        "{parked} events for {webhook:?} are parked: no more are sent until a person has them tried again",
        "\"{webhook}\" 웹훅에 중지된 기록이 {parked}건이어서, 담당자가 재시도를 지시할 때까지 더 보내지 않습니다";
}
