using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>
/// The catalogue, ready to be asked what a target's resource is. An entry means exactly what its pattern says, as an allow
/// rule does: what is attributed to too much would let allow rules reach too far.
/// </summary>
internal sealed class ResourceIndex
{
    private readonly (CompiledRule Of, CatalogueEntry Entry)[][] _entries;
    private readonly Dictionary<CatalogueEntry, AttributeSet> _sets;

    /// <summary>Makes it of a catalogue.</summary>
    public ResourceIndex(ImmutableArray<CatalogueEntry> catalogue)
    {
        var all = catalogue
            .SelectMany(entry => entry.Of.SelectMany(of => PatternsOf(of.Verb, of.Pattern, entry)))
            .ToList();
        _entries = [.. Enum.GetValues<Verb>().Select(verb => all.Where(one => one.Of.Verb == verb).ToArray())];
        _sets = catalogue.ToDictionary(
            entry => entry,
            entry => SetOf(entry.Attributes),
            EqualityComparer<CatalogueEntry>.Create(ReferenceEquals, RuntimeHelpers.GetHashCode)
        );
    }

    /// <summary>
    /// What is known of the resource. Two entries that say different things of an attribute leave it unknown, and so do two
    /// names of one file, unless both are said to have the same.
    /// </summary>
    public AttributeSet Find(ActionTarget target)
    {
        if (target is not FileTarget file)
        {
            return FindOne(target);
        }

        return file.Names.Length == 1 ? FindOne(file) : FindCommon(file);
    }

    private AttributeSet FindCommon(FileTarget file)
    {
        var names = file.Names.Select(name => AttributesOf(new FileTarget(file.Verb, name))).ToList();
        return SetOf(
            names[0].Where(known => names.TrueForAll(n => n.TryGetValue(known.Key, out var v) && v == known.Value))
        );
    }

    private AttributeSet FindOne(ActionTarget target)
    {
        CatalogueEntry? only = null;
        foreach (var (of, entry) in _entries[(int)target.Verb])
        {
            if (of.Find(target) < 0 || ReferenceEquals(entry, only))
            {
                continue;
            }

            if (only is not null)
            {
                return SetOf(AttributesOf(target));
            }

            only = entry;
        }

        return only is null ? AttributeSet.Empty : _sets[only];
    }

    private Dictionary<string, string> AttributesOf(ActionTarget target)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        var torn = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (of, entry) in _entries[(int)target.Verb])
        {
            foreach (var (name, value) in entry.Attributes)
            {
                if (of.Find(target) >= 0 && !said.TryAdd(name, value) && said[name] != value)
                {
                    torn.Add(name);
                }
            }
        }

        foreach (var name in torn)
        {
            said.Remove(name);
        }

        return said;
    }

    private static IEnumerable<(CompiledRule Of, CatalogueEntry Entry)> PatternsOf(
        Verb verb,
        string pattern,
        CatalogueEntry entry
    )
    {
        var rule = new Rule
        {
            Effect = Effect.Allow,
            Verb = verb,
            Pattern = pattern,
            Why = "",
            Position = entry.Position,
        };
        // What a finer rule does to a tunnel is no pattern of the entry's: the tunnel holds more than the path that it names. The requests
        // in a tunnel that an entry names are of it, as rules on tunnels say it too.
        var layer = new RuleLayer("catalogue", IsCeiling: false, [rule]);
        var own = CompiledRule.Compile(rule, layer).Where(c => !c.Intercepts);
        return (verb == Verb.Connect ? own.Append(CompiledRule.RequestsIn(rule, layer)) : own).Select(c => (c, entry));
    }

    private static AttributeSet SetOf(IEnumerable<KeyValuePair<string, string>> attributes) =>
        AttributeSet.Of(attributes.Select(a => KeyValuePair.Create(a.Key, AttributeValue.Of(a.Value))));
}
