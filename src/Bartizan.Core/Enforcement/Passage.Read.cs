using Bartizan.Core.Ports;

namespace Bartizan.Core.Enforcement;

public sealed partial class Passage
{
    /// <summary>Memory that guards take for what they hold back of the answer now.</summary>
    public long HeldBytes => _watch?.HeldBytes ?? 0;

    /// <summary>
    /// Has guards read what passed before joined with what is about to follow it; false when they object to anything in it, or would take
    /// something out. Nothing of it passes, and none of it is counted: each part is, by itself.
    /// </summary>
    public bool MayFollow(ReadOnlySpan<byte> joined)
    {
        if (_grant is null || Volatile.Read(ref _completed) != 0)
        {
            return false;
        }

        if (_grant.Guards?.Watch(_grant.Session, _grant.Action, "text/plain") is not { } watch)
        {
            return true;
        }

        bool isClean;
        try
        {
            isClean = watch.Take(joined, isLast: true) is { } passed && passed.Span.SequenceEqual(joined);
        }
        catch (Exception)
        {
            // A guard that fails lets nothing pass.
            isClean = false;
        }

        _verdicts = isClean ? _verdicts : watch.Verdicts ?? _verdicts;
        Objection = isClean ? Objection : Objecting;
        return isClean;
    }

    /// <summary>
    /// The same as <c>InspectAsync</c> for a whole message of a tool, with the guards that need time for it; where one asks about
    /// it, it is cut: nobody waits for it that long.
    /// </summary>
    public ValueTask<Inspection> InspectMessageAsync(
        ReadOnlyMemory<byte> message,
        CancellationToken cancellationToken
    ) => InspectWholeAsync(message, mayAsk: false, cancellationToken);

    private ValueTask<Inspection> InspectWholeAsync(
        ReadOnlyMemory<byte> message,
        bool mayAsk,
        CancellationToken cancellationToken
    )
    {
        if (_grant is not { Action.Target: ToolTarget tool } || _watch is not null || message.IsEmpty)
        {
            return InspectAsync(message, cancellationToken);
        }

        if (!IsOpenFor(message.Length, Heading.Back))
        {
            return new ValueTask<Inspection>(default(Inspection));
        }

        var looking = LookAsync(_grant, message, cancellationToken);
        return looking.IsCompletedSuccessfully
            ? JudgedAsync(tool, looking.Result, message, mayAsk, cancellationToken)
            : WaitedAsync(tool, looking, message, mayAsk, cancellationToken);
    }

    private async ValueTask<Inspection> WaitedAsync(
        ToolTarget tool,
        ValueTask<Sight> looking,
        ReadOnlyMemory<byte> message,
        bool mayAsk,
        CancellationToken cancellationToken
    )
    {
        Sight sight;
        try
        {
            sight = await looking.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for it any more.
            return default;
        }

        return Volatile.Read(ref _completed) == 0
            ? await JudgedAsync(tool, sight, message, mayAsk, cancellationToken).ConfigureAwait(false)
            : default;
    }

    private ValueTask<Inspection> JudgedAsync(
        ToolTarget tool,
        Sight sight,
        ReadOnlyMemory<byte> message,
        bool mayAsk,
        CancellationToken cancellationToken
    )
    {
        Give(sight.Report.Labels, GuardChain.FoundIn);
        return sight.Report.Strictest switch
        {
            Effect.Allow => DeliverAsync(tool, sight.Report, message, cancellationToken),
            Effect.Ask when mayAsk && _grant!.Holding is not null => HoldAsync(tool, sight, message, cancellationToken),
            _ => new ValueTask<Inspection>(default(Inspection)),
        };
    }

    // Those that need time see what those that don't would let pass; of what is refused anyway they see nothing.
    private ValueTask<Sight> LookAsync(Grant grant, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var report = ReportOf(grant, message);
        return report.Strictest == Effect.Deny || grant.Guards?.ReadResults(grant.Session, grant.Action) != true
            ? new ValueTask<Sight>(new Sight(report, null))
            : ReadAsync(grant, report, message, cancellationToken);
    }

    private async ValueTask<Sight> ReadAsync(
        Grant grant,
        GuardReport report,
        ReadOnlyMemory<byte> message,
        CancellationToken cancellationToken
    )
    {
        var passing = report.Replacement.IsEmpty ? message : report.Replacement;
        var read = await grant
            .Guards!.ReadResultAsync(grant.Session, grant.Action, passing, cancellationToken)
            .ConfigureAwait(false);
        return new Sight(Noted(report.With(read)), read);
    }

    /// <summary>What guards say of a message.</summary>
    /// <param name="Report">All of them.</param>
    /// <param name="Read">Those of them that needed time; null where none did.</param>
    private readonly record struct Sight(GuardReport Report, GuardReport? Read);
}
