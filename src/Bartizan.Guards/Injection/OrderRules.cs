using Bartizan.Core.Findings;

namespace Bartizan.Guards.Injection;

/// <summary>
/// What attacks on models have in common, by words. Our own choice, from published descriptions of the attacks; it finds the loud ones
/// and is no boundary.
/// </summary>
internal static class OrderRules
{
    /// <summary>Steps of one rule.</summary>
    public const int MaxSteps = 8;

    private const string Instructions =
        "instruction* rule* prompt* guideline* direction* polic* directive* command* constraint* context training programming orders "
        + "message* text conversation restriction* safeguard* told task* goal* objective*";

    private const string Earlier =
        "previous previously prior above earlier preceding all any your the every everything other system foregoing initial original "
        + "existing current these those former past developer safety";

    private const string Ignoring =
        "ignore ignoring disregard disregarding forget override overrule bypass neglect discard dismiss";

    /// <summary>All rules.</summary>
    public static OrderRule[] All { get; } =
    [
        new("override", FindingSeverity.High, 0.9, 0.85, 2, [(Ignoring), (Earlier), (Instructions)]),
        new(
            "override",
            FindingSeverity.High,
            0.85,
            0.8,
            3,
            [("do don't dont not never stop"), ("follow following obey obeying"), (Earlier), (Instructions)]
        ),
        new(
            "override",
            FindingSeverity.High,
            0.85,
            0.8,
            2,
            [
                (
                    "ignora* ignorez ignoriere ignorieren vergiss vergesse* missachte* oublie* olvida* dimentica* esque* игнорир* забудь* negeer"
                ),
                (
                    "alle alles toutes tous todas todos tutte tutti las les le die vorherig* bisherig* precedent* anterior* instrucciones "
                    + "instrucoes все предыдущ* прежн* eerdere vorige"
                ),
                (
                    "anweisung* instruktion* regel* consigne* instruction* directives instrucciones indicaciones istruzioni instrucoes "
                    + "инструкц* правила указания instructies anteriores previas precedenti precedentes vorherigen"
                ),
            ]
        ),
        new(
            "secrecy",
            FindingSeverity.High,
            0.85,
            0.3,
            4,
            [
                ("do don't dont not never without must shouldn't"),
                ("tell* mention* inform* reveal* notif* alert* show* disclos* let say*"),
                ("user users human person operator anyone anybody owner"),
            ]
        ),
        new(
            "task",
            FindingSeverity.High,
            0.8,
            0,
            2,
            [
                ("your you"),
                ("new real actual true only next"),
                ("task instruction* goal objective* mission purpose job role"),
            ]
        ),
        new(
            "task",
            FindingSeverity.High,
            0.8,
            0,
            4,
            [
                ("before after prior"),
                ("answering responding replying continuing proceeding completing finishing solving you"),
                (
                    "please must first send* execute* run call* visit* open* write* email* click* need* task* request* question* user* also do"
                ),
            ]
        ),
        new(
            "to-model",
            FindingSeverity.High,
            0.8,
            0,
            3,
            [
                ("if"),
                ("you you're youre"),
                ("are're are an a"),
                ("ai llm language assistant model agent bot chatbot gpt claude gemini"),
            ]
        ),
        new(
            "to-model",
            FindingSeverity.High,
            0.75,
            0,
            2,
            [
                ("attention note important notice instruction* message warning hey dear hello"),
                ("to for"),
                ("ai llm llms assistant assistants agents model models bots chatbot gpt claude gemini copilot"),
            ]
        ),
        new(
            "persona",
            FindingSeverity.Medium,
            0.75,
            0.7,
            3,
            [
                ("you you're"),
                ("are will"),
                ("now going"),
                (
                    "dan jailbroken unrestricted unfiltered uncensored evil free developer root admin* sudo no stan dude aim in to act pretend"
                ),
            ]
        ),
        new(
            "persona",
            FindingSeverity.Medium,
            0.7,
            0.65,
            4,
            [
                ("act pretend behave respond roleplay answer imagine"),
                ("as like without that"),
                (
                    "dan unrestricted unfiltered uncensored jailbroken any no restrict* filter* limit* ethic* moral* evil amoral"
                ),
            ]
        ),
        new(
            "persona",
            FindingSeverity.Medium,
            0.7,
            0.65,
            2,
            [
                ("developer debug god dan jailbreak sudo admin maintenance unrestricted dev"),
                ("mode"),
                ("enabled enable on activated active activate unlocked now engaged output*"),
            ]
        ),
        new(
            "extraction",
            FindingSeverity.High,
            0.75,
            0.7,
            4,
            [
                (
                    "reveal print show repeat output display tell give write leak dump expose share return summarize translate say"
                ),
                ("your the system initial hidden full entire exact verbatim everything all"),
                ("system initial hidden above verbatim secret confidential prompt"),
                ("prompt instruction* message* rule* text* directive* above"),
            ]
        ),
        new(
            "extraction",
            FindingSeverity.High,
            0.75,
            0.7,
            5,
            [
                ("reveal print tell give say output share what"),
                ("secret hidden your the access"),
                ("password passphrase key code flag secret"),
                ("verbatim exactly you now immediately were protecting given"),
            ]
        ),
        new(
            "credentials",
            FindingSeverity.High,
            0.8,
            0,
            5,
            [
                (
                    "read cat open pass send include attach append copy upload provide paste load fetch post forward exfiltrate get"
                ),
                (
                    "ssh id_rsa id_ed25519 credentials netrc kubeconfig npmrc passwd shadow api_key apikey secret_key private_key access_token env"
                ),
                ("to in into at with via as and http* https* file* content* post"),
            ]
        ),
        new(
            "exfiltration",
            FindingSeverity.High,
            0.8,
            0.2,
            5,
            [
                ("send forward post upload transmit exfiltrate email append leak submit encode"),
                (
                    "full entire whole complete all conversation chat history user's users system secret* password* credential* token* key* confidential private"
                ),
                (
                    "conversation history data prompt information secret* password* credential* token* key* content* message* file* details records"
                ),
                ("to at into in via using"),
            ]
        ),
        new(
            "authority",
            FindingSeverity.Medium,
            0.6,
            0.4,
            3,
            [
                ("this i i'm we"),
                ("is am are"),
                ("the your an a from"),
                ("developer* administrator admin openai anthropic google system creator* owner"),
                ("team speaking message override mode and here authorized of request*"),
            ]
        ),
        new(
            "output",
            FindingSeverity.Medium,
            0.6,
            0.1,
            2,
            [
                ("respond reply answer output say print return"),
                ("only just exactly solely nothing"),
                ("with but except the by"),
                ("word words phrase sentence following string text pwned hacked yes this that"),
            ]
        ),
    ];
}
