using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Core.Manifests;

/// <summary>
/// The table of keys: what a manifest and a baseline may hold. The loader and the JSON Schema both come from it, so a key
/// that is in one is in the other.
/// </summary>
internal static partial class ManifestShape
{
    /// <summary>The only version of the format.</summary>
    public const string ApiVersion = "bartizan/v1";

    private const int MaxWhy = 2000;

    private static readonly Shape.Text _name = new("a name of letters, digits, `-`, `_` and `.`")
    {
        MaxLength = 64,
        Expression = "^[A-Za-z0-9][A-Za-z0-9._-]*$",
        Problem = text =>
            char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
                ? null
                : "is no name",
    };

    private static readonly Shape.Text _serverName = new(
        "a name of letters, digits, `.`, `_` and `-`, without `__` and not ending in `_`"
    )
    {
        MaxLength = 64,
        Expression = "^(?!.*__)(?!.*_$)[A-Za-z0-9][A-Za-z0-9._-]*$",
        Problem = text =>
            (text + '_').Contains(ToolServer.Divider, StringComparison.Ordinal)
                ? $"holds `{ToolServer.Divider}`, or ends in `_`: that divides server and tool where all servers are one"
                : _name.Problem!(text),
    };

    private static readonly Shape.Text _roleName = new("a role's name, in which `*` stands for any part")
    {
        MaxLength = 64,
        Expression = "^[A-Za-z0-9*][A-Za-z0-9.*_-]*$",
        Problem = text =>
            text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '*') ? null : "is no role's name",
    };

    private static readonly Shape.Text _why = new("why it stands here, for whoever reviews the file")
    {
        MaxLength = MaxWhy,
    };

    private static readonly Shape.Text _threat = new("the threat it counters, by its name in a catalogue");

    private static readonly Shape.Text _any = new("text");

    private static readonly Shape.Text _argument = new("where an argument stands: `name`, `name.part` or `list[].part`")
    {
        MaxLength = 256,
    };

    private static readonly Shape.Text _person = new("a person or group, as an e-mail address or name");

    private static readonly Shape.Text _path = new("a path");

    private static readonly Shape.Text _size = new("a size such as `512MiB`")
    {
        Expression = Units.SizeExpression,
        Problem = text => Units.TrySize(text, out _) ? null : "is no size",
    };

    private static readonly Shape.Text _time = new("a time such as `15m`, `1h` or `90d`")
    {
        Expression = Units.TimeExpression,
        Problem = text => Units.TryTime(text, out _) ? null : "is no time",
    };

    private static readonly Shape.Text _day = new("a day such as `2027-03-31`")
    {
        Expression = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        Problem = text => TryDay(text, out _) ? null : "is no day",
    };

    private static readonly Shape.Text _field = new("a field such as `status` or `customer.name`")
    {
        MaxLength = Enforcement.KeptFields.MaxLength,
        Problem = Enforcement.KeptFields.FindProblem,
    };

    private static readonly Shape.Text _count = new("a number, with `k` or `M` for thousands or millions")
    {
        Expression = "^[0-9]+(\\.[0-9]+)?[kM]?$",
        MaxLength = 16,
        Problem = text => Units.TryCount(text, out _) ? null : "is no whole number",
    };

    private static readonly Shape.Text _money = new("an amount of US dollars such as `5` or `0.25`")
    {
        Expression = "^[0-9]+(\\.[0-9]{1,6})?$",
        MaxLength = 24,
        Problem = text => Budgets.Money.TryParse(text, out _) ? null : "is no amount of at most six decimals",
    };

    private static readonly Shape.Text _rate = new("a rate such as `60/min`")
    {
        Expression = "^[0-9]+/(s|min|h|day)$",
        Problem = text => Units.TryRate(text, out _, out _) ? null : "is no rate",
    };

    private static readonly Shape.Text _url = new("an address such as `https://api.example.com`")
    {
        Expression = "^https?://",
        Problem = UrlProblem,
    };

    private static readonly Shape.Text _pattern = new("a verb and a pattern, such as `read workspace/**`")
    {
        MaxLength = Policies.TargetPattern.MaxLength + 16,
    };

    private static Shape.Text Zone =>
        new("a time zone such as `Europe/Berlin`")
        {
            Problem = text =>
                TimeZoneInfo.TryFindSystemTimeZoneById(text, out _) ? null : "is no time zone that is known here",
        };

    /// <summary>A manifest.</summary>
    public static Shape.Keys Manifest { get; } = ManifestKeys();

    /// <summary>A baseline: rules that hold for whoever extends it.</summary>
    public static Shape.Keys Baseline { get; } = BaselineKeys();

    private static Shape.Keys ManifestKeys() =>
        new([
            Required(
                "apiVersion",
                new Shape.Choice("the format's version", [ApiVersion]),
                "The format: `bartizan/v1`."
            ),
            Required("agent", _name, "The agent's name."),
            Known("version", new Shape.Whole(1, int.MaxValue), "The manifest's own version."),
            Known("owner", _person, "Who answers for the agent."),
            Known(
                "description",
                new Shape.Text("what the agent is for") { MaxLength = MaxWhy },
                "What the agent is for."
            ),
            Known(
                "environment",
                new Shape.Choice("where it runs", ["development", "staging", "production"]),
                "Where it runs; each must prove narrower than the one before. Production when nothing is said."
            ),
            Known("extends", _path, "A baseline, by file or built-in name (`floor`): a ceiling over everything below."),
            Known(
                "time_zone",
                Zone,
                "The zone that this file's conditions read the time in; UTC when nothing is said."
            ),
            Known("run", Run, "How the agent is started, and what it sees of the host."),
            Known("models", new Shape.Named(_name, Model), "Model upstreams, by the names that `model` rules use."),
            Known("servers", new Shape.Named(_serverName, Server), "MCP servers, by the names that `tool` rules use."),
            Known(
                "hosts",
                new Shape.Named(HostKey, Host),
                "What is known of single hosts, by their names: whose authority vouches for them, and how much of them a session may have."
            ),
            Known(
                "databases",
                new Shape.Named(_serverName, Database),
                "PostgreSQL databases, by the names that `tool` rules use: a statement is the tool `select`, `insert`, `update`, `delete` or `copy`."
            ),
            Known(
                "git",
                new Shape.Named(_serverName, Git),
                "Hosts of Git repositories, reached by SSH from outside of the sandbox, by the names that `tool` rules use: the tools are `fetch` and `push`."
            ),
            Known(
                "providers",
                new Shape.Named(_name, Provider),
                "Servers that issue credentials to sessions, by the names that `credentials` use."
            ),
            Known(
                "readers",
                new Shape.Named(ReaderName, Reader),
                "Quarantined readers: tools of the server `reader` that read for the agent and give values of a closed shape."
            ),
            Known(
                "code",
                Code,
                "The built-in tool `code/run`: runs generated code in a fresh sandbox per call, without the agent's credentials, model and hosts."
            ),
            Known(
                "pins",
                new Shape.Choice("whether servers must have been seen before", ["first_use", "required"]),
                "What of a server without a pin in `agent.lock` is used: what it says `first_use`, as when nothing is said, or nothing (`required`)."
            ),
            Known(
                "groups",
                new Shape.Named(_name, new Shape.Many(_person) { Least = 1 }),
                "Groups of people, for `user.groups` in conditions."
            ),
            Known(
                "define_roles",
                new Shape.Named(_name, new Shape.ListOr(Rules, Role)),
                "Named lists of rules, which may include other roles."
            ),
            Known(
                "roles",
                new Shape.Many(_roleName) { Least = 1 },
                "The roles that count in this manifest, by name or `*`."
            ),
            Known("rules", Rules, "What the agent may do; what is not said is denied. Deny beats ask beats allow."),
            Known(
                "credentials",
                new Shape.Named(_name, Credential),
                "Credentials, by the names that rules and upstreams use."
            ),
            Known(
                "consult",
                new Shape.Many(Consulted) { Least = 1 },
                "Decision points outside that are asked, too; they can only make a decision stricter."
            ),
            Known("budgets", Budget, "What a session and an agent may spend."),
            Known("circuit", Circuit, "When to stop calling what fails."),
            Known("guards", Guards, "What is looked for in content, and what is done about it."),
            Known("trust", Trust, "What taints a session, and what a tainted session may no longer do alone."),
            Later("watch", Watch, "What is normal, and what is done about what is not."),
            Known(
                "serve",
                Serve,
                "An agent that answers people: who they are, and the inbound gateway in front of it."
            ),
            Later(
                "access_review",
                new Shape.Keys([Required("every", _time, "How often."), Required("by", _person, "By whom.")]),
                "Who looks at the grants, and how often."
            ),
        ])
        {
            Elsewhere = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["catalogue"] =
                    "It stands in a baseline: who writes an agent's manifest doesn't say what a resource is.",
                ["people"] = "It stands in a baseline: who writes an agent's manifest doesn't say who people are.",
            }.ToImmutableDictionary(StringComparer.Ordinal),
        };

    private static Shape.Keys BaselineKeys() =>
        new([
            .. Manifest.Known.Where(k =>
                k.Name
                    is "apiVersion"
                        or "version"
                        or "owner"
                        or "description"
                        or "environment"
                        or "extends"
                        or "groups"
                        or "define_roles"
                        or "rules"
                        or "time_zone"
                        or "consult"
                        or "budgets"
                        or "trust"
            ),
            Known(
                "people",
                new Shape.Named(_person, new Shape.Named(Attribute, _any)),
                "What the organisation says about people, for `user.*` in conditions."
            ),
            Known(
                "catalogue",
                new Shape.Many(CatalogueItem) { Least = 1 },
                "What the organisation says about resources, for `resource.*` in conditions."
            ),
        ])
        {
            Elsewhere = Manifest
                .Known.Where(k =>
                    k.Name
                        is "agent"
                            or "run"
                            or "models"
                            or "servers"
                            or "hosts"
                            or "providers"
                            or "readers"
                            or "code"
                            or "serve"
                            or "roles"
                            or "credentials"
                )
                .ToImmutableDictionary(
                    k => k.Name,
                    k =>
                        $"`{k.Name}` stands in an agent's manifest; a baseline holds rules, roles, groups, people, a catalogue, `budgets`, `consult` and `trust` only.",
                    StringComparer.Ordinal
                ),
        };

    /// <summary>Reads a day of the calendar.</summary>
    public static bool TryDay(string text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);

    private static ManifestKey Known(string name, Shape shape, string says) => new(name, shape, says);

    private static ManifestKey Required(string name, Shape shape, string says) =>
        new(name, shape, says) { Required = true };

    private static ManifestKey Later(string name, Shape shape, string says) =>
        new(name, shape, says) { Supported = false };

    private static string? UrlProblem(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            return "is no http or https address";
        }

        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            return "holds a user name, a query or a fragment";
        }

        return Enforcement.HostName.TryParse(url.IdnHost, out _, out var problem)
            ? null
            : $"names a host that {problem}";
    }
}
