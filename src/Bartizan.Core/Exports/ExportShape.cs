using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Exports;

/// <summary>The table of keys of <c>exports.yaml</c>, in the same terms as the manifest's.</summary>
internal static class ExportShape
{
    /// <summary>Sinks of one instance: each reads the log by itself.</summary>
    public const int MaxSinks = 16;

    private static readonly Shape.Text s_name = new("a name of lower-case letters, digits and `-`")
    {
        MaxLength = 64,
        Problem = text =>
            char.IsAsciiLetterOrDigit(text[0])
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
                ? null
                : "is no name",
    };

    private static readonly Shape.Text s_url = new("an address such as `https://host` or `tls://host:6514`")
    {
        // Somebody may have put a password into it.
        Private = true,
        Problem = UrlProblem,
    };

    private static readonly Shape.Text s_token = new("`env:NAME` or `file:PATH`")
    {
        Private = true,
        Problem = TokenProblem,
    };

    private static readonly Shape.Text s_index = new("an index of lower-case letters, digits, `-`, `_` and `.`")
    {
        MaxLength = 128,
        Problem = text =>
            char.IsAsciiLetterOrDigit(text[0])
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.')
                ? null
                : "is no index",
    };

    /// <summary>The words of the kinds.</summary>
    public static ImmutableArray<string> Kinds { get; } = Words<SinkKind>();

    /// <summary>The words of the formats.</summary>
    public static ImmutableArray<string> Formats { get; } = Words<SinkFormat>();

    private static readonly Shape.Keys s_sink = new([
        new ManifestKey("name", s_name, "Its name; its cursor is kept under it.") { Required = true },
        new ManifestKey("kind", new Shape.Choice("a kind of sink", Kinds), "What receives.") { Required = true },
        new ManifestKey("url", s_url, "Where it is."),
        new ManifestKey("path", new Shape.Text("an absolute path"), "The file."),
        new ManifestKey("format", new Shape.Choice("a format", Formats), "How entries are written."),
        new ManifestKey(
            "token",
            new Shape.Keys([new ManifestKey("from", s_token, "`env:NAME` or `file:PATH`.") { Required = true }]),
            "Its token, or the key that a webhook is signed with."
        ),
        new ManifestKey("ca", new Shape.Text("an absolute path"), "A PEM file with a private authority."),
        new ManifestKey(
            "kinds",
            new Shape.Many(new Shape.Choice("a kind of entry", Words<EntryKind>())) { Least = 1 },
            "The kinds of entry that are sent; all when left out."
        ),
        new ManifestKey(
            "decisions",
            new Shape.Many(new Shape.Choice("a decision", ["deny", "ask", "allow"])) { Least = 1 },
            "The decisions that are sent; all when left out. Entries without a decision are always sent."
        ),
        new ManifestKey(
            "start",
            new Shape.Choice("where a new sink starts", ["first", "now"]),
            "With the log's first entry, or with what is recorded from now on."
        ),
        new ManifestKey("index", s_index, "The index of Elastic or Splunk."),
        new ManifestKey(
            "signals",
            new Shape.Many(new Shape.Choice("a signal", ["logs", "traces"])) { Least = 1 },
            "What OTLP gets; logs when left out."
        ),
        new ManifestKey(
            "encoding",
            new Shape.Choice("an encoding", ["protobuf", "json"]),
            "How OTLP is encoded; protobuf when left out."
        ),
        new ManifestKey(
            "enterprise",
            new Shape.Whole(1, int.MaxValue),
            "Your private enterprise number, for syslog's structured data."
        ),
        new ManifestKey("why", new Shape.Text("why it is sent there") { MaxLength = 2000 }, "Why it is sent there."),
    ]);

    /// <summary>The keys of a sink.</summary>
    public static ImmutableArray<string> SinkKeys { get; } = [.. s_sink.Known.Select(k => k.Name)];

    /// <summary>The file.</summary>
    public static Shape.Keys File { get; } =
        new([
            new ManifestKey(
                "apiVersion",
                new Shape.Choice("the format's version", [ManifestShape.ApiVersion]),
                "The format: `bartizan/v1`."
            )
            {
                Required = true,
            },
            new ManifestKey("sinks", new Shape.Many(s_sink), "Where entries are sent.") { Required = true },
        ]);

    private static ImmutableArray<string> Words<T>()
        where T : struct, Enum =>
        [
            .. Enum.GetValues<T>()
                .Where(v => !EqualityComparer<T>.Default.Equals(v, default))
                .Select(v => v.ToString().ToLowerInvariant()),
        ];

    private static string? TokenProblem(string text) =>
        text.StartsWith("env:", StringComparison.Ordinal) && text.Length > 4
        || (text.StartsWith("file:/", StringComparison.Ordinal) && text.Length > 6)
            ? null
            : "says neither `env:NAME` nor `file:/absolute/path`";

    private static string? UrlProblem(string text)
    {
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || url.Scheme is not ("http" or "https" or "tls" or "tcp" or "udp")
        )
        {
            return "is no address";
        }

        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            return "holds a user name, a query or a fragment";
        }

        if (!HostName.TryParse(url.IdnHost, out _, out var problem))
        {
            return $"names a host that {problem}";
        }

        return url.Scheme is "https" or "tls" || url.IsLoopback
            ? null
            : $"is sent in the clear: `{url.Scheme}` is taken for this machine only";
    }
}
