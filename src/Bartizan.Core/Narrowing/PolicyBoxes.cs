using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Narrowing;

/// <summary>What one policy says of one verb, as boxes.</summary>
internal sealed class PolicyBoxes
{
    /// <summary>Boxes that the lists of several layers, or the grants of several credentials, may meet in.</summary>
    private const int MaxMeets = 50_000;

    private readonly ImmutableArray<LayerBoxes> _layers;

    /// <summary>Takes the layers, which all must let an action pass.</summary>
    public PolicyBoxes(ImmutableArray<LayerBoxes> layers, Effort effort)
    {
        _layers = layers;
        GrantsNothing = layers.All(l => l.IsCeiling);
        Conflicts = [.. ConflictsOf(effort)];
        Denied = new Cover([.. layers.SelectMany(l => l.Denies).Select(d => d.Box), .. Conflicts]);
        Stopped = new Cover([.. layers.SelectMany(l => l.Denies.Concat(l.Asks)).Select(d => d.Box), .. Conflicts]);
    }

    /// <summary>The layers.</summary>
    public ImmutableArray<LayerBoxes> Layers => _layers;

    /// <summary>True when no layer grants, only ceilings stand: everything is denied.</summary>
    public bool GrantsNothing { get; }

    /// <summary>Where two rules inject different credentials: denied.</summary>
    public ImmutableArray<Box> Conflicts { get; }

    /// <summary>What some layer denies.</summary>
    public Cover Denied { get; }

    /// <summary>What some layer denies or asks.</summary>
    public Cover Stopped { get; }

    /// <summary>What stops an action short of <paramref name="least"/>.</summary>
    public Cover Against(Effect least) => least == Effect.Allow ? Stopped : Denied;

    /// <summary>
    /// The boxes that every layer grants, before anything is denied or asked; each with the rule that the innermost
    /// layer grants it by.
    /// </summary>
    public List<RuleBox> Grants(Effect least, Effort effort)
    {
        if (GrantsNothing)
        {
            return [];
        }

        List<RuleBox>? grants = null;
        foreach (var layer in _layers.Where(l => l.MustGrant).OrderBy(l => l.IsCeiling))
        {
            var own = least == Effect.Allow ? layer.Allows : layer.Grants;
            if (grants is null)
            {
                grants = [.. own];
                continue;
            }

            var met = new List<RuleBox>();
            var cover = least == Effect.Allow ? layer.Allowed : layer.Granted;
            foreach (var grant in grants)
            {
                foreach (var i in cover.Meeting(grant.Box))
                {
                    met.Add(grant with { Box = grant.Box.And(cover.Boxes[i])! });
                }

                if (met.Count > MaxMeets)
                {
                    effort.GiveUp($"the grants of its layers meet in more than {MaxMeets:N0} ways");
                    return met;
                }
            }

            grants = met;
        }

        return grants ?? [];
    }

    /// <summary>
    /// Where the manifest's own rules let private addresses be dialed and no baseline that has a say forbids it:
    /// boxes, and what is taken from them.
    /// </summary>
    public IEnumerable<(RuleBox Granted, Cover Except)> Privately(Effort effort)
    {
        List<(RuleBox Box, ImmutableArray<Box> Except)>? all = null;
        foreach (var layer in _layers.OrderBy(l => l.IsCeiling))
        {
            var named = layer.All.Where(b => b.IsPrivate).ToList();
            if (all is null)
            {
                all = [.. named.Select(n => (n, ImmutableArray<Box>.Empty))];
                continue;
            }

            var met = all.SelectMany(a =>
                    named
                        .Where(n => n.Box.Meets(a.Box.Box))
                        .Select(n => (a.Box with { Box = a.Box.Box.And(n.Box)! }, a.Except))
                )
                .ToList();
            if (layer.IsCeiling)
            {
                // A baseline that says nothing of it lets pass.
                var says = layer.All.Select(b => b.Box).ToImmutableArray();
                met.AddRange(all.Select(a => (a.Box, a.Except.AddRange(says))));
            }

            all = met;
            if (all.Count > MaxMeets)
            {
                effort.GiveUp($"private hosts are named in more than {MaxMeets:N0} ways");
                yield break;
            }
        }

        foreach (var (box, except) in all ?? [])
        {
            yield return (box, new Cover(except));
        }
    }

    /// <summary>The boxes of rules that inject a credential.</summary>
    public Cover Injecting(string credential) =>
        new([.. _layers.SelectMany(l => l.All).Where(b => b.Credential == credential).Select(b => b.Box)]);

    private IEnumerable<Box> ConflictsOf(Effort effort)
    {
        var named = _layers.SelectMany(l => l.All).Where(b => b.Credential is not null).ToList();
        var met = 0;
        foreach (var group in named.GroupBy(n => n.Credential, StringComparer.Ordinal))
        {
            var own = new Cover([.. group.Select(g => g.Box)]);
            foreach (var other in named.Where(n => string.CompareOrdinal(n.Credential, group.Key) > 0))
            {
                foreach (var i in own.Meeting(other.Box))
                {
                    if (++met > MaxMeets)
                    {
                        effort.GiveUp($"credentials meet in more than {MaxMeets:N0} ways");
                        yield break;
                    }

                    yield return own.Boxes[i].And(other.Box)!;
                }
            }
        }
    }
}
