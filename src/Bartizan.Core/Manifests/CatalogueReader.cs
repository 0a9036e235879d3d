using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <summary>Reads the <c>catalogue</c> of a baseline: attributes of resources, and the asks that a tool's tier means.</summary>
internal sealed class CatalogueReader(ImmutableArray<ManifestError>.Builder errors)
{
    /// <summary>Entries of all baselines together; each is looked at when a condition asks for <c>resource.*</c>.</summary>
    public const int MaxEntries = 512;

    /// <summary>Reads it. The rules are what its tiers mean: every call of a tool of tier <c>high</c> is asked for.</summary>
    public (ImmutableArray<CatalogueEntry> Entries, ImmutableArray<Rule> Rules) Read(SourceNode.Map baseline)
    {
        var entries = ImmutableArray.CreateBuilder<CatalogueEntry>();
        var rules = ImmutableArray.CreateBuilder<Rule>();
        foreach (var item in ManifestReader.Items(baseline.Find("catalogue")).OfType<SourceNode.Map>())
        {
            var tier = RuleReader.TextOf(item, "tier");
            var attributes = ManifestReader.ReadAttributes(item.Find("is"));
            var of = ReadResources(item, tier is not null);
            if (attributes.IsEmpty && tier is null)
            {
                Report(item.Position, "the catalogue says nothing of these resources", "Give them `is`, or a `tier`.");
            }

            entries.Add(new(of, tier is null ? attributes : attributes.SetItem("tier", tier), item.Position));
            if (tier == "high")
            {
                rules.AddRange(of.Select(one => Asked(one.Verb, one.Pattern, item)));
            }
        }

        if (entries.Count > MaxEntries)
        {
            Report(entries[MaxEntries].Position, $"the catalogue has more than {MaxEntries} entries", "Use `*`.");
        }

        return (entries.ToImmutable(), rules.ToImmutable());
    }

    private static Rule Asked(Verb verb, string pattern, SourceNode.Map item) =>
        new()
        {
            Effect = Effect.Ask,
            Verb = verb,
            Pattern = pattern,
            Why = $"It is of tier high: {RuleReader.TextOf(item, "why")}",
            Position = item.PositionOf("tier"),
        };

    // Read as a rule that takes away is: a wildcard reaches addresses, a directory what is below it.
    private ImmutableArray<(Verb Verb, string Pattern)> ReadResources(SourceNode.Map item, bool hasTier)
    {
        var of = ImmutableArray.CreateBuilder<(Verb, string)>();
        foreach (var said in ManifestReader.Items(item.Find("of")).OfType<SourceNode.Scalar>())
        {
            if (new RuleReader(errors, isCeiling: true).ReadPattern(said) is not var (verb, pattern))
            {
                continue;
            }

            if (hasTier && verb != Verb.Tool)
            {
                Report(said.Position, $"`{SourceTree.Quote(said.Text)}` is no tool, and only tools have a tier", "");
            }

            of.Add((verb, pattern));
        }

        return of.ToImmutable();
    }

    private void Report(SourcePosition where, string message, string hint)
    {
        if (errors.Count < SourceTree.MaxErrors)
        {
            errors.Add(new ManifestError(where, message, hint));
        }
    }
}
