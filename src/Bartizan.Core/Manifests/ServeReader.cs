using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Manifests;

/// <summary>Reads a manifest's <c>serve</c>.</summary>
internal static class ServeReader
{
    private static readonly ImmutableArray<string> s_ofTokens = ["audience", "type", "ca", "user"];

    /// <summary>It, or null where the file has none.</summary>
    public static ServeSection? Read(SourceNode.Map root, ImmutableArray<ManifestError>.Builder errors)
    {
        if (root.Find("serve") is not SourceNode.Map serve)
        {
            return null;
        }

        return serve.Find("callers") is SourceNode.Map callers
            ? new ServeSection { Callers = ReadCallers(callers, errors) }
            : new ServeSection();
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
        };
    }

    // What can't be an attribute's name is reported where the shape is checked.
    private static IEnumerable<KeyValuePair<string, string>> NamesOf(SourceNode.Map callers) =>
        ManifestReader
            .Entries(callers.Find("user"))
            .Where(one => ConditionSchema.IsIdentifier(one.Key.Text) && one.Key.Text != ClaimMapping.Id)
            .Select(one => KeyValuePair.Create(one.Key.Text, (one.Value as SourceNode.Scalar)?.Text ?? ""));
}
