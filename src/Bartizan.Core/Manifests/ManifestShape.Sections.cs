namespace Bartizan.Core.Manifests;

/// <content>The sections below the top level.</content>
internal static partial class ManifestShape
{
    /// <summary>One rule.</summary>
    public static Shape.Keys Rule =>
        new([
            Known("allow", _pattern, "Permits what the pattern matches."),
            Known("ask", _pattern, "Lets a person decide what the pattern matches."),
            Known("deny", _pattern, "Refuses what the pattern matches, whatever allows it."),
            Required("why", _why, "Why the rule exists."),
            Known("counters", _threat, "The threat it counters."),
            Known("with", _name, "The credential that is injected, by its name in `credentials`."),
            Known("expires", _day, "The last day (UTC) on which the grant applies."),
            Known("accept_wide", _why, "Why a pattern that matches a whole verb or scheme is right here."),
            Known(
                "when",
                new Shape.Text("a condition") { MaxLength = Conditions.Condition.MaxLength },
                "The condition under which it applies, in a typed subset of CEL."
            ),
            Known("approval", Approval, "Who is asked, how many of them must say yes, and how long the action waits."),
            Known(
                "durability",
                new Shape.Choice("what the action waits for", ["disk", "witnessed"]),
                "What the action waits for: `disk`, as every action does, or `witnessed`, the cosignatures of enough witnesses."
            ),
            Known(
                "args",
                new Shape.Named(_argument, Argument),
                "The arguments that a tool call may have, and no others."
            ),
            Known(
                "keep",
                new Shape.Many(_field) { Least = 1 },
                "The fields of a tool's result that the agent gets, and no others: `id`, `customer.name`."
            ),
            Known(
                "match",
                new Shape.Many(_any) { Least = 1 },
                "Examples that the rule must match, checked when the file loads."
            ),
            Known("not_match", new Shape.Many(_any) { Least = 1 }, "Examples that the rule must not match."),
        ])
        {
            ExactlyOne = ["allow", "ask", "deny"],
        };

    private static Shape.Many Rules => new(Rule) { Least = 1 };

    private static Shape.Keys Role =>
        new([
            Known(
                "includes",
                new Shape.Many(_roleName) { Least = 1 },
                "The roles whose rules it has too, by name or `*`."
            ),
            Known("rules", Rules, "Its own rules."),
        ]);

    private static Shape.Keys CatalogueItem =>
        new([
            Required("of", new Shape.Many(_pattern) { Least = 1 }, "The resources: verbs and patterns."),
            Known("is", new Shape.Named(Attribute, _any), "Their attributes, such as `class`, `owner` and `region`."),
            Known(
                "tier",
                new Shape.Choice("a trust tier", ["low", "medium", "high"]),
                "How far its tools are trusted to be harmless: those of tier `high` are always asked for."
            ),
            Required("why", _why, "Why they are what they are."),
        ]);

    private static Shape.Text Attribute =>
        new("an attribute's name of letters, digits and `_`")
        {
            MaxLength = 64,
            Expression = "^[A-Za-z_][A-Za-z0-9_]*$",
            Problem = Variable.Problem,
        };

    private static Shape.Text Table =>
        new("a name such as `orders`, `shop.orders` or `shop.*`")
        {
            MaxLength = 128,
            Expression = "^[^\\s.*]+(\\.[^\\s.*]+)*(\\.\\*)?$",
        };

    private static Shape.Text Column => new("a column's name, or `*`") { MaxLength = 63, Expression = "^[^\\s.]+$" };

    private static Shape.Text Operator =>
        new("an operator without `$`, such as `in`") { MaxLength = 64, Expression = "^[A-Za-z]+$" };

    private static Shape.Keys Argument =>
        new([
            Known("in", new Shape.Many(_any) { Least = 1 }, "The values it may have."),
            Known("between", new Shape.Many(new Shape.Number(-1e15, 1e15)) { Least = 2 }, "Least and most."),
            Known("glob", _any, "A pattern for text: `*` is a part of one word, `**` anything."),
            Known("host", _any, "A pattern for a host, or for the host of an http(s) address."),
            Known("path", _any, "A pattern for a path without `.`, `..` and `//`."),
            Known("cidr", new Shape.Many(_any) { Least = 1 }, "The networks that an address may lie in."),
            Known(
                "sql",
                new Shape.Choice("what a query may do", ["read", "write"]),
                "A query in SQL that only reads (`read`), or a statement that inserts, updates or deletes (`write`); what isn't understood doesn't fit."
            ),
            Known(
                "tables",
                new Shape.Many(Table) { Least = 1 },
                "The tables that a query may name; left out, all but the server's own."
            ),
            Known(
                "columns",
                new Shape.Many(Column) { Least = 1 },
                "The columns that a query may read, without their tables, `*` for what reads all of them at once; left out, all."
            ),
            Known(
                "sets",
                new Shape.Many(Column) { Least = 1 },
                "The columns that a statement may write; left out, all."
            ),
            Known("rows", new Shape.Whole(1, int.MaxValue), "The most rows, which a query must say by LIMIT."),
            Known(
                "functions",
                new Shape.Many(Table) { Least = 1 },
                "Functions that a query may call beside the common ones that only compute."
            ),
            Known(
                "operators",
                new Shape.Many(Operator),
                "The operators, without `$`, that a filter of a document store may hold."
            ),
            Known(
                "html",
                new Shape.Choice("what a text that is shown as HTML may hold", ["none", "formatting"]),
                "No tags; or tags that format, and links."
            ),
            Known("max_length", new Shape.Whole(0, int.MaxValue), "The longest text, or list."),
            Known(
                "optional",
                new Shape.Choice("whether it may be absent", ["true", "false"]),
                "Whether it may be absent; an absent argument keeps an allow from applying otherwise."
            ),
        ]);

    private static Shape.Keys Run =>
        new([
            Known(
                "command",
                new Shape.Many(new Shape.Text("a word") { MaxLength = 4096 }) { Least = 1 },
                "The command, word by word."
            ),
            Known(
                "client",
                new Shape.Choice("a client profile", ["claude-code", "codex", "gemini", "generic"]),
                "The client profile: variables, generated configuration, tool names."
            ),
            Known(
                "workspace",
                new Shape.Keys([
                    Known("path", _path, "The folder, relative to this file."),
                    Known(
                        "mode",
                        new Shape.Choice("how writes land", ["read-only", "staged", "read-write"]),
                        "`read-only`, `staged` (a person applies the diff), `read-write` (applied by itself at the end)."
                    ),
                ]),
                "The folder the agent works in."
            ),
            Known(
                "mounts",
                new Shape.Many(
                    new Shape.Keys([
                        Required("path", Mount, "The host's folder or file."),
                        Known("as", new Shape.Choice("how it is mounted", ["read-only"]), "How: `read-only`."),
                    ])
                ),
                "What else of the host the agent sees, at its own path."
            ),
            Known(
                "variables",
                new Shape.Named(Variable, new Shape.Text("a value") { MaxLength = 4096, Private = true }),
                "Variables of the agent's process."
            ),
            Known(
                "claims",
                new Shape.Choice("whether the client sends its own logs", ["true", "false"]),
                "Whether the client sends its own OpenTelemetry logs, which are recorded as the agent's claim."
            ),
            Known(
                "tools",
                new Shape.Choice("how the client reaches tool servers", ["http", "stdio"]),
                "How the client reaches its tool servers: `http`, or `stdio` by `bartizan mcp`, which the sandbox then shows."
            ),
            Known(
                "isolation",
                new Shape.Choice("an isolation backend", ["bubblewrap", "oci"]) { Unsupported = ["kubernetes"] },
                "What the sandbox is made of: `bubblewrap` on this host, or `oci`, a container of `image` by podman."
            ),
            Known("image", PinnedImage, "With `isolation: oci`: the image, by its digest; nothing is fetched."),
            Known("scan", ImageScan, "With `isolation: oci`: what a scanner must have said of the image."),
            Known(
                "seen",
                new Shape.Choice("what is seen", ["all", "programs", "nothing"]),
                "What of the sandbox's inside becomes entries: `all` (programs, files written, removed and read; the default), `programs`, or `nothing`."
            ),
            Known("limits", SandboxLimits, "What the sandbox may use of the host."),
        ]);

    private static Shape.Text Mount =>
        new("an absolute path of the host")
        {
            Expression = "^/",
            Problem = text =>
                !text.StartsWith('/')
                || text.Contains("//", StringComparison.Ordinal)
                || text.Split('/').Any(s => s is "." or "..")
                    ? "is not an absolute path without `.` and `..`"
                : text.TrimEnd('/') is "" or "/proc" or "/sys" or "/dev" or "/run" || IsBelowKernel(text)
                    ? "can't be mounted"
                : null,
        };

    private static Shape.Text PinnedImage =>
        new("an image with its digest")
        {
            Expression = ContainerImageName.Expression,
            Problem = ContainerImageName.Problem,
        };

    private static Shape.Text Variable =>
        new("a variable's name")
        {
            Expression = "^[A-Za-z_][A-Za-z0-9_]*$",
            Problem = text =>
                (char.IsAsciiLetter(text[0]) || text[0] == '_')
                && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
                    ? null
                    : "is no variable's name",
        };

    private static Shape.Choice InputAction =>
        new("what is done about it", ["block", "ask", "report"]) { Unsupported = ["strip"] };

    private static Shape.Choice HiddenAction => new("what is done about it", ["block", "strip", "ask", "report"]);

    private static Shape.Choice OutputAction => new("what is done about it", ["block", "redact", "ask", "report"]);

    private static Shape.Keys LexicalScale =>
        new([
            Required("likely", new Shape.Number(0, 1), "The score that one clean text in a hundred reaches."),
            Required("possible", new Shape.Number(0, 1), "The score that five in a hundred reach; below `likely`."),
        ]);

    private static Shape.Keys Guards =>
        new([
            Known(
                "input",
                new Shape.Keys([
                    Known("injection", InputAction, "Instructions hidden in content."),
                    Known(
                        "lexical",
                        InputAction,
                        "What reads like attacks that were learnt from; reported unless said."
                    ),
                    Known(
                        "calibrated",
                        new Shape.Keys([
                            Known("untrusted", LexicalScale, "Of texts from outside."),
                            Known("user", LexicalScale, "Of what users type."),
                        ]),
                        "Where this deployment's own clean texts lie on the lexical scale, as `bartizan calibrate` prints it."
                    ),
                    Known("hidden_text", HiddenAction, "Text that people don't see."),
                    Known(
                        "spotlight",
                        new Shape.Choice("how it is marked", ["delimit", "encode"]),
                        "How what untrusted tools answered is marked for the model."
                    ),
                    Later("secrets", InputAction, "Credentials."),
                    Later("personal_data", InputAction, "Personal data."),
                    Known("max_bytes", _size, "The largest content."),
                ]),
                "What comes to the agent."
            ),
            Known(
                "output",
                new Shape.Keys([
                    Known("secrets", OutputAction, "Credentials."),
                    Known("personal_data", OutputAction, "Personal data, in what goes to tools and hosts."),
                    Known(
                        "exfiltration",
                        new Shape.Choice("what is done about it", ["block", "ask", "report"]),
                        "Data in addresses, images and names; credentials in pieces."
                    ),
                    Known(
                        "canaries",
                        new Shape.Choice("what is done about it", ["block", "report"]),
                        "A mark in the system prompt, which a leaking one gives away."
                    ),
                    Known(
                        "system_prompt",
                        new Shape.Choice("what is done about it", ["block", "ask", "report"]),
                        "Pieces of the system prompt's own text."
                    ),
                    Known(
                        "caps",
                        new Shape.Named(DataKind, new Shape.Whole(0, DataCap.Largest)),
                        "How many different values of a class of personal data one action may hold."
                    ),
                    Known(
                        "over_caps",
                        new Shape.Choice("what is done about it", ["block", "ask", "report"]),
                        "What is done about an action that holds more: `block` unless said."
                    ),
                    Known(
                        "internals",
                        OutputAction,
                        "Names and addresses of the inside, paths of a host, stack traces, in what goes to tools and hosts."
                    ),
                    Known("max_bytes", _size, "The largest content."),
                ]),
                "What the agent sends."
            ),
            Known("model", ModelGuards, "What goes to a model."),
            Known("classifiers", new Shape.Many(Classified), "Classifiers outside that read what comes to its model."),
            Known("why", _why, "Why these."),
            Known("counters", _threat, "The threat they counter."),
        ]);

    private static Shape.Keys Watch =>
        new([
            Known("hours", _any, "When the agent works."),
            Known("learn", _time, "How long what is normal is learned."),
            Known(
                "respond",
                new Shape.Many(
                    new Shape.Keys([
                        Required(
                            "severity",
                            new Shape.Choice("a severity", ["critical", "high", "medium", "low"]),
                            "From this severity on."
                        ),
                        Known("confidence", new Shape.Number(0, 1), "At this confidence at least."),
                        Required(
                            "do",
                            new Shape.Choice("a response", ["terminate", "pause", "throttle", "watch_closer"]),
                            "What is done."
                        ),
                    ])
                ),
                "What is done about an alert."
            ),
            Known("why", _why, "Why these."),
            Known("counters", _threat, "The threat they counter."),
        ]);

    private static bool IsBelowKernel(string path) =>
        path.StartsWith("/proc/", StringComparison.Ordinal)
        || path.StartsWith("/sys/", StringComparison.Ordinal)
        || path.StartsWith("/dev/", StringComparison.Ordinal);
}
