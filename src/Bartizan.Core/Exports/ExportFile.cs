using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Exports;

/// <summary>
/// <c>exports.yaml</c> of a state directory: where the entries of all agents are sent. It isn't part of a manifest, because who
/// writes what an agent may do doesn't choose who sees what it did.
/// </summary>
public static class ExportFile
{
    /// <summary>The file's name in the state directory.</summary>
    public const string Name = "exports.yaml";

    // What each kind takes beside `name`, `kind`, `kinds`, `decisions`, `start`, `why`; a format it leaves out has its first.
    private static readonly Dictionary<SinkKind, Fit> s_fits = new()
    {
        [SinkKind.Syslog] = new(["url", "ca", "format", "enterprise"], ["url"], ["syslog", "cef", "ocsf"]),
        [SinkKind.Splunk] = new(["url", "ca", "token", "format", "index"], ["url", "token"], ["ocsf", "cef", "jsonl"]),
        [SinkKind.Otlp] = new(["url", "ca", "token", "signals", "encoding"], ["url"], ["otlp"]),
        [SinkKind.Elastic] = new(["url", "ca", "token", "format", "index"], ["url", "index"], ["ocsf", "jsonl"]),
        [SinkKind.Datadog] = new(["url", "ca", "token", "format"], ["url", "token"], ["ocsf", "jsonl"]),
        [SinkKind.Webhook] = new(["url", "ca", "token", "format"], ["url", "token"], ["ocsf", "jsonl"]),
        [SinkKind.File] = new(["path", "format"], ["path"], ["jsonl", "ocsf", "cef"]),
    };

    private static readonly string[] s_common = ["name", "kind", "kinds", "decisions", "start", "why"];

    /// <summary>Reads the text of a file; every error is reported.</summary>
    public static ExportLoad Load(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        var errors = ImmutableArray.CreateBuilder<ManifestError>();
        var sinks = ImmutableArray.CreateBuilder<SinkSettings>();
        if (SourceTree.Read(text, file, errors) is { } root)
        {
            new ShapeCheck(errors).Check(root, ExportShape.File, Name);
            var items = ManifestReader.Items((root as SourceNode.Map)?.Find("sinks"));
            foreach (var map in items.OfType<SourceNode.Map>())
            {
                if (Read(map, errors) is not { } sink)
                {
                    continue;
                }

                if (sinks.Any(other => other.Name == sink.Name))
                {
                    errors.Add(
                        new ManifestError(map.PositionOf("name"), $"two sinks are named `{sink.Name}`", "Rename one.")
                    );
                }

                sinks.Add(sink);
            }

            if (items.Length > ExportShape.MaxSinks)
            {
                errors.Add(
                    new ManifestError(
                        items[ExportShape.MaxSinks].Position,
                        $"there are more than {ExportShape.MaxSinks} sinks",
                        "Let one receiver pass entries on."
                    )
                );
            }
        }

        return new ExportLoad(errors.Count > 0 ? [] : sinks.ToImmutable(), errors.ToImmutable());
    }

    // What the shape has refused already is skipped without a second complaint.
    private static SinkSettings? Read(SourceNode.Map map, ImmutableArray<ManifestError>.Builder errors)
    {
        if (
            RuleReader.TextOf(map, "name") is not { } name
            || !Enum.TryParse<SinkKind>(RuleReader.TextOf(map, "kind"), ignoreCase: true, out var kind)
            || !s_fits.TryGetValue(kind, out var fit)
        )
        {
            return null;
        }

        CheckFit(map, kind, fit, errors);
        var format = RuleReader.TextOf(map, "format") ?? fit.Formats[0];
        var signals = Words(map, "signals");
        return new SinkSettings
        {
            Name = name,
            Kind = kind,
            Format = Enum.TryParse<SinkFormat>(format, ignoreCase: true, out var known) ? known : SinkFormat.Unknown,
            Url = Uri.TryCreate(RuleReader.TextOf(map, "url"), UriKind.Absolute, out var url) ? url : null,
            Path = RuleReader.TextOf(map, "path"),
            Token = ReadToken(name, map.Find("token") as SourceNode.Map),
            CertificateAuthority = RuleReader.TextOf(map, "ca"),
            Kinds = Choices<EntryKind>(map, "kinds"),
            Decisions = Choices<Effect>(map, "decisions"),
            FromNow = RuleReader.TextOf(map, "start") == "now",
            Index = RuleReader.TextOf(map, "index"),
            Logs = signals.Length == 0 || signals.Contains("logs"),
            Traces = signals.Contains("traces"),
            OtlpJson = RuleReader.TextOf(map, "encoding") == "json",
            Enterprise = int.TryParse(RuleReader.TextOf(map, "enterprise"), out var enterprise)
                ? enterprise
                : SinkSettings.ExampleEnterprise,
        };
    }

    private static void CheckFit(
        SourceNode.Map map,
        SinkKind kind,
        Fit fit,
        ImmutableArray<ManifestError>.Builder errors
    )
    {
        var word = kind.ToString().ToLowerInvariant();
        foreach (var (key, _) in map.Entries)
        {
            if (ExportShape.SinkKeys.Contains(key.Text) && !fit.Keys.Contains(key.Text) && !s_common.Contains(key.Text))
            {
                errors.Add(
                    new ManifestError(
                        key.Position,
                        $"a `{word}` sink has no `{key.Text}`",
                        $"It takes {string.Join(", ", fit.Keys.Select(k => $"`{k}`"))}."
                    )
                );
            }
        }

        foreach (var missing in fit.Required.Where(k => map.Find(k) is null))
        {
            errors.Add(new ManifestError(map.Position, $"a `{word}` sink needs `{missing}`"));
        }

        if (RuleReader.TextOf(map, "format") is { } format && !fit.Formats.Contains(format))
        {
            errors.Add(
                new ManifestError(
                    map.PositionOf("format"),
                    $"a `{word}` sink doesn't take the format `{SourceTree.Quote(format)}`",
                    $"It takes {string.Join(", ", fit.Formats.Select(f => $"`{f}`"))}."
                )
            );
        }

        var isSyslog = kind == SinkKind.Syslog;
        if (
            Uri.TryCreate(RuleReader.TextOf(map, "url"), UriKind.Absolute, out var url)
            && isSyslog != url.Scheme is "tls" or "tcp" or "udp"
        )
        {
            errors.Add(
                new ManifestError(
                    map.PositionOf("url"),
                    $"a `{word}` sink has no `{url.Scheme}` address",
                    isSyslog ? "Write `tls://host:6514`." : "Write `https://host`."
                )
            );
        }

        foreach (var key in (string[])["path", "ca"])
        {
            if (RuleReader.TextOf(map, key) is { } path && !path.StartsWith('/'))
            {
                errors.Add(new ManifestError(map.PositionOf(key), $"`{key}` must be an absolute path"));
            }
        }
    }

    private static CredentialSource? ReadToken(string name, SourceNode.Map? map)
    {
        var from = RuleReader.TextOf(map, "from") ?? "";
        var colon = from.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? null
            : new CredentialSource(
                name,
                from[..colon] == "env" ? CredentialOrigin.Variable : CredentialOrigin.File,
                from[(colon + 1)..]
            );
    }

    private static string[] Words(SourceNode.Map map, string key) =>
        [.. ManifestReader.Items(map.Find(key)).OfType<SourceNode.Scalar>().Select(s => s.Text)];

    private static ImmutableHashSet<T> Choices<T>(SourceNode.Map map, string key)
        where T : struct, Enum =>
        [
            .. Words(map, key)
                .Select(word => Enum.TryParse<T>(word, ignoreCase: true, out var choice) ? choice : (T?)null)
                .OfType<T>(),
        ];

    private sealed record Fit(string[] Keys, string[] Required, string[] Formats);
}
