using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Manifests;

/// <summary>Reads a manifest's <c>serve</c>.</summary>
internal static class ServeReader
{
    private static readonly ImmutableArray<string> s_ofTokens = ["audience", "type", "ca", "user"];

    /// <summary>It, or null where the file has none.</summary>
    public static ServeSection? Read(SourceNode.Map root, ImmutableArray<ManifestError>.Builder errors)
    {
        if (root.Find("serve") is not SourceNode.Map map)
        {
            return null;
        }

        var (tls, sessions) = (map.Find("tls") as SourceNode.Map, map.Find("sessions") as SourceNode.Map);
        var callers = map.Find("callers") as SourceNode.Map;
        var usual = new ServeSection { Callers = callers is null ? new CallerTerms() : ReadCallers(callers, errors) };
        return usual with
        {
            Listen = ManifestShape.TryListen(RuleReader.TextOf(map, "listen") ?? "", out var listen) ? listen : null,
            Tls =
                RuleReader.TextOf(tls, "certificate") is { } certificate && RuleReader.TextOf(tls, "key") is { } key
                    ? new ServeTls(certificate, key)
                    : null,
            Upstream = Uri.TryCreate(RuleReader.TextOf(map, "upstream"), UriKind.Absolute, out var url) ? url : null,
            Port = Count(map, "port"),
            Limits = ReadLimits(map.Find("limits") as SourceNode.Map),
            Hosts = [.. ManifestReader.TextsOf(map.Find("hosts")).Select(host => host.ToLowerInvariant())],
            Origins = ManifestReader.TextsOf(map.Find("cors")),
            Headers = [.. ManifestReader.TextsOf(map.Find("headers")).Select(name => name.ToLowerInvariant())],
            ContentPolicy = RuleReader.TextOf(map, "csp") ?? usual.ContentPolicy,
            Idle = Time(sessions, "idle") ?? usual.Idle,
            MaxSessions =
                Count(sessions, "most")
                ?? (map.Find("port") is null ? usual.MaxSessions : ServeSection.MaxSandboxesUnlessSaid),
        };
    }

    /// <summary>What conditions may test of callers, beside what every installation has.</summary>
    public static IEnumerable<ConditionAttribute> AttributesOf(SourceNode.Map root) =>
        root.Find("serve") is SourceNode.Map serve && serve.Find("callers") is SourceNode.Map callers
            ? NamesOf(callers)
                .Select(one => one.Key)
                .Where(name => ConditionSchema.Standard.Find(AttributeRoot.User, name) is null)
                .Select(name => new ConditionAttribute(AttributeRoot.User, name, ConditionType.Dynamic))
            : [];

    private static CallerTerms ReadCallers(SourceNode.Map map, ImmutableArray<ManifestError>.Builder errors)
    {
        var said = RuleReader.TextOf(map, "oidc");
        OpenIdIssuer? issuer = null;
        _ = said is not null && OpenIdIssuer.TryParse(said, RuleReader.TextOf(map, "ca"), out issuer, out _);
        var audience = RuleReader.TextOf(map, "audience") ?? "";
        if (said is not null && audience.Length == 0)
        {
            errors.Add(
                new(
                    map.PositionOf("oidc"),
                    "`callers` doesn't say whom tokens must be meant for",
                    "Name the client id with `audience`: a token that somebody showed to another service isn't for this one."
                )
            );
        }

        foreach (var key in s_ofTokens.Where(key => said is null && map.Find(key) is not null))
        {
            errors.Add(
                new(
                    map.PositionOf(key),
                    $"`{key}` says something of tokens, and none are taken",
                    "Name their issuer with `oidc`."
                )
            );
        }

        return new CallerTerms
        {
            Oidc = issuer,
            Audience = audience,
            Use = RuleReader.TextOf(map, "type") == "access" ? TokenUse.Access : TokenUse.Id,
            User = NamesOf(map).ToImmutableSortedDictionary(StringComparer.Ordinal),
            Keys = KeysOf(map).ToImmutableSortedDictionary(StringComparer.Ordinal),
            Certificates = ReadCertificates(map.Find("mtls") as SourceNode.Map),
            Anonymous = RuleReader.TextOf(map, "anonymous"),
        };
    }

    // What is left out or is no mark is reported where the shape is checked.
    private static CertificateTerms? ReadCertificates(SourceNode.Map? map)
    {
        if (RuleReader.TextOf(map, "ca") is not { } authority)
        {
            return null;
        }

        var names = ImmutableSortedDictionary.CreateBuilder<string, CertificateMark>(StringComparer.Ordinal);
        foreach (var (name, value) in ManifestReader.Entries(map?.Find("names")))
        {
            if (CertificateMark.TryParse((value as SourceNode.Scalar)?.Text ?? "", out var mark, out _))
            {
                names[name.Text] = mark;
            }
        }

        return new CertificateTerms(authority, names.ToImmutable());
    }

    // What can't be an attribute's name is reported where the shape is checked.
    private static IEnumerable<KeyValuePair<string, string>> NamesOf(SourceNode.Map callers) =>
        ManifestReader
            .Entries(callers.Find("user"))
            .Where(one => ConditionSchema.IsIdentifier(one.Key.Text) && one.Key.Text != ClaimMapping.Id)
            .Select(one => KeyValuePair.Create(one.Key.Text, (one.Value as SourceNode.Scalar)?.Text ?? ""));

    private static IEnumerable<KeyValuePair<string, Digest>> KeysOf(SourceNode.Map callers)
    {
        foreach (var (name, value) in ManifestReader.Entries(callers.Find("keys")))
        {
            if (ManifestShape.TryCallerKey((value as SourceNode.Scalar)?.Text ?? "", out var digest))
            {
                yield return KeyValuePair.Create(name.Text, digest);
            }
        }
    }

    private static ServeLimits ReadLimits(SourceNode.Map? map)
    {
        var usual = new ServeLimits();
        var types = ManifestReader.TextsOf(map?.Find("types"));
        return new ServeLimits
        {
            PerUser = ReadLimit(map?.Find("per_user") as SourceNode.Map, usual.PerUser),
            PerAddress = ReadLimit(map?.Find("per_address") as SourceNode.Map, usual.PerAddress),
            BodyBytes = Size(map, "body") ?? usual.BodyBytes,
            AnswerBytes = Size(map, "response") ?? usual.AnswerBytes,
            Within = Time(map, "within") ?? usual.Within,
            FirstByte = Time(map, "first_byte") ?? usual.FirstByte,
            Start = Time(map, "start") ?? usual.Start,
            Types = types.IsEmpty ? usual.Types : types,
            Url = Count(map, "url") ?? usual.Url,
        };
    }

    private static CallerLimit ReadLimit(SourceNode.Map? map, CallerLimit usual) =>
        new(
            Units.TryRate(RuleReader.TextOf(map, "rate") ?? "", out var count, out var period)
                ? new CallerRate(count, period)
                : usual.Rate,
            Count(map, "at_once") ?? usual.AtOnce
        );

    private static long? Size(SourceNode.Map? map, string key) =>
        Units.TrySize(RuleReader.TextOf(map, key) ?? "", out var bytes) ? bytes : null;

    private static TimeSpan? Time(SourceNode.Map? map, string key) =>
        Units.TryTime(RuleReader.TextOf(map, key) ?? "", out var time) ? time : null;

    private static int? Count(SourceNode.Map? map, string key) =>
        int.TryParse(RuleReader.TextOf(map, key), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : null;
}
