using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Narrowing;

/// <summary>What one layer says of one verb, as boxes.</summary>
internal sealed class LayerBoxes
{
    /// <summary>Sorts the boxes of a layer.</summary>
    public LayerBoxes(string name, bool isCeiling, bool hasAllow, ImmutableArray<RuleBox> boxes)
    {
        Name = name;
        IsCeiling = isCeiling;
        MustGrant = !isCeiling || hasAllow;
        All = boxes;
        Denies = [.. boxes.Where(b => b.Rule.Rule.Effect is not (Effect.Ask or Effect.Allow) && b.Stops)];
        Asks = [.. boxes.Where(b => b.Rule.Rule.Effect == Effect.Ask && b.Stops)];
        Allows = [.. boxes.Where(b => b.Rule.Rule.Effect == Effect.Allow)];
        Allowed = new Cover([.. Allows.Select(b => b.Box)]);
        Grants = [.. boxes.Where(b => b.Grants)];
        Granted = new Cover([.. Grants.Select(b => b.Box)]);
    }

    /// <summary>The layer's name.</summary>
    public string Name { get; }

    /// <summary>True for a baseline.</summary>
    public bool IsCeiling { get; }

    /// <summary>True when what it doesn't mention is denied.</summary>
    public bool MustGrant { get; }

    /// <summary>All its boxes.</summary>
    public ImmutableArray<RuleBox> All { get; }

    /// <summary>Those of deny rules.</summary>
    public ImmutableArray<RuleBox> Denies { get; }

    /// <summary>Those of ask rules, where they ask.</summary>
    public ImmutableArray<RuleBox> Asks { get; }

    /// <summary>Those of allow rules.</summary>
    public ImmutableArray<RuleBox> Allows { get; }

    /// <summary>Those of allow and ask rules, where they let pass.</summary>
    public ImmutableArray<RuleBox> Grants { get; }

    /// <summary>What its allow rules name.</summary>
    public Cover Allowed { get; }

    /// <summary>What its allow and ask rules name.</summary>
    public Cover Granted { get; }
}
