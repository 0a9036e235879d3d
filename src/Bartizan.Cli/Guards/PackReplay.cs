using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Guards.Packs;
using Bartizan.Records.Entries;
using Bartizan.Records.Payloads;

namespace Bartizan.Cli.Guards;

/// <summary>What another pack would have found in recorded actions, or no longer: by the payloads that lie encrypted beside the
/// log.</summary>
internal sealed class PackReplay(PayloadReader payloads, GuardPack now, GuardPack next)
{
    private readonly ImmutableArray<PackReplayLine>.Builder _lines = ImmutableArray.CreateBuilder<PackReplayLine>();

    /// <summary>Contents that were weighed.</summary>
    public int Contents { get; private set; }

    /// <summary>Contents that couldn't be: erased, cut, or gone.</summary>
    public int Unread { get; private set; }

    /// <summary>What would change.</summary>
    public ImmutableArray<PackReplayLine> Lines => _lines.ToImmutable();

    /// <summary>Weighs the payloads of an entry.</summary>
    public void Add(EntryRow row)
    {
        if (row.Entry.Kind is not (EntryKind.Intent or EntryKind.Outcome))
        {
            return;
        }

        foreach (var reference in row.Payloads)
        {
            var opened = payloads.Open(row.Entry.Session, reference);
            if (opened.State != PayloadState.Whole)
            {
                Unread++;
                continue;
            }

            Contents++;
            var isModel = row.Entry is { Verb: Verb.Model, Kind: EntryKind.Intent };
            foreach (var one in PackComparison.Of(opened.Content, isModel, now, next))
            {
                _lines.Add(
                    new PackReplayLine(
                        row.Index,
                        row.Entry.Session.ToString(),
                        row.Entry.Target ?? "",
                        reference.Role,
                        one.IsFound,
                        Math.Round(one.Was, 4),
                        Math.Round(one.Will, 4),
                        one.Kinds
                    )
                );
            }
        }
    }
}
