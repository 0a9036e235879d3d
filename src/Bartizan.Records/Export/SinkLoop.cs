using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Exports;
using Bartizan.Log;
using Bartizan.Records.Export.Sinks;

namespace Bartizan.Records.Export;

/// <summary>
/// One sink at work, from its cursor to the end of the log and then as the log grows:
/// <code>
/// log ──read──▶ batch ──send──▶ taken: cursor moves on
///                 ▲                later: wait (twice as long each time), the same batch again
///                 │                refused: half the batch, down to the one entry, which is set aside
///                 └── cursor ◀──── broken: from the cursor on again
/// </code>
/// At least once: the cursor moves only when the sink took what lies before it. Nothing here is waited for by an action.
/// </summary>
internal sealed class SinkLoop(
    SinkSettings settings,
    ISink sink,
    EntryQueue queue,
    SinkCursor cursor,
    SetAsideFile setAside,
    SinkProgress progress,
    ExportSource source,
    TimeProvider clock,
    BackOff backOff
)
{
    /// <summary>
    /// How long entries gather before they are sent. It bounds what a trickle of entries costs in requests and in syncs of the
    /// cursor, which share the disk with the log.
    /// </summary>
    public static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Entries refused one after the other, none taken in between, after which it is the sink rather than the entries that is
    /// wrong. They are still set aside, so that no entry of an agent's making stops an export, but slowly: whoever sees the
    /// status has time to mend the sink.
    /// </summary>
    private const int MaxRefusedInRow = 16;

    /// <summary>Entries that a filter left out before the cursor is kept although nothing was sent.</summary>
    private const int MaxPassedOver = 4096;

    /// <summary>
    /// How often the same batch is sent again because the connection ended after it: a server that hangs up whenever nothing
    /// comes would else be sent it for ever.
    /// </summary>
    private const int MaxRewinds = 3;

    /// <summary>A server's words as they are shown; more is a page of HTML.</summary>
    private const int MaxProblemLength = 256;

    private static readonly TimeSpan s_refusedPace = TimeSpan.FromSeconds(1);

    // As long as a server on the way needs to notice that its reader is gone.
    private static readonly TimeSpan s_holdFor = TimeSpan.FromSeconds(5);

    private readonly List<SinkItem> _pending = [];
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private long _pendingBytes;
    private long _next;
    private int _limit = sink.Bounds.MaxEntries;
    private int _refusedInRow;
    private long _lastSent;
    private int _rewinds;
    private bool _unconfirmed;
    private bool _more;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await StepAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The log can't be read, or the cursor not kept: as bad as a sink that is away, and told in the same place.
                progress.Failed(Shown(e.Message));
                await RestartAsync().ConfigureAwait(false);
                await WaitAsync(backOff.Next(null), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        if (cursor.Value is null)
        {
            cursor.Load();
            _next = cursor.Value ?? (settings.FromNow ? queue.Size : 0);
            if (_next > queue.Size)
            {
                // Else what the log writes in place of what it lost would be taken for sent.
                progress.Failed(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"entries up to {_next} were sent and the log has {queue.Size}: it was rolled back"
                    )
                );
                _next = queue.Size;
            }

            cursor.Save(_next);
            progress.Moved(_next);
        }

        await FillAsync(cancellationToken).ConfigureAwait(false);
        if (_pending.Count == 0)
        {
            await IdleAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        var batch = _pending.GetRange(0, Math.Min(_limit, _pending.Count));
        var answer = await SendAsync(batch, cancellationToken).ConfigureAwait(false);
        await HandleAsync(answer, batch, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SinkAnswer> SendAsync(List<SinkItem> batch, CancellationToken cancellationToken)
    {
        try
        {
            return await sink.SendAsync(batch, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return SinkAnswer.Later(e.Message);
        }
    }

    private async Task HandleAsync(SinkAnswer answer, List<SinkItem> batch, CancellationToken cancellationToken)
    {
        switch (answer.Kind)
        {
            case SinkAnswerKind.Taken:
                Took(batch.Count);
                Drop(batch.Count);
                _unconfirmed = sink.ConfirmsLate;
                Advance(_unconfirmed ? batch[0].Index : FirstOpen());
                if (!_more && _pending.Count == 0)
                {
                    await WaitAsync(GatherFor, cancellationToken).ConfigureAwait(false);
                }

                break;
            case SinkAnswerKind.Mixed:
                await TakeApartAsync(answer, batch, cancellationToken).ConfigureAwait(false);
                break;
            case SinkAnswerKind.Refused when batch.Count > 1:
                _limit = Math.Max(1, batch.Count / 2);
                break;
            case SinkAnswerKind.Refused:
                SetAside(batch[0].Index, answer.Problem);
                Drop(1);
                Advance(FirstOpen());
                await PaceAsync(cancellationToken).ConfigureAwait(false);
                break;
            case SinkAnswerKind.Broken:
                progress.Failed(Shown(answer.Problem));
                if (_unconfirmed && _rewinds < MaxRewinds)
                {
                    _rewinds++;
                    await RestartAsync().ConfigureAwait(false);
                }

                await WaitAsync(backOff.Next(answer.After), cancellationToken).ConfigureAwait(false);
                break;
            default:
                progress.Failed(Shown(answer.Problem));
                await WaitAsync(backOff.Next(answer.After), cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private async Task TakeApartAsync(SinkAnswer answer, List<SinkItem> batch, CancellationToken cancellationToken)
    {
        var taken = batch.Count - answer.RefusedEntries.Count - answer.LaterEntries.Count;
        if (taken > 0)
        {
            Took(taken);
        }

        foreach (var (index, problem) in answer.RefusedEntries.OrderBy(pair => pair.Key))
        {
            SetAside(index, problem);
        }

        Drop(batch.Count, answer.LaterEntries);
        Advance(FirstOpen());
        if (answer.LaterEntries.Count > 0)
        {
            progress.Failed(Shown(answer.Problem));
            await WaitAsync(backOff.Next(answer.After), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await PaceAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private Task PaceAsync(CancellationToken cancellationToken) =>
        _refusedInRow > MaxRefusedInRow ? WaitAsync(s_refusedPace, cancellationToken) : Task.CompletedTask;

    private void Took(int entries)
    {
        backOff.Reset();
        _refusedInRow = 0;
        _limit = Math.Min(_limit * 2, sink.Bounds.MaxEntries);
        _lastSent = clock.GetTimestamp();
        progress.Took(entries, clock.GetUtcNow());
    }

    private void SetAside(long index, string problem)
    {
        _refusedInRow++;
        setAside.Add(index, Shown(problem));
        progress.SetAside();
        progress.Failed(string.Create(CultureInfo.InvariantCulture, $"entry {index} was refused: {Shown(problem)}"));
    }

    // Takes the first entries out of the line, but for those to be sent again.
    private void Drop(int count, IReadOnlySet<long>? keep = null)
    {
        var kept = keep is null ? [] : _pending.Take(count).Where(item => keep.Contains(item.Index)).ToList();
        _pending.RemoveRange(0, count);
        _pending.InsertRange(0, kept);
        _pendingBytes = _pending.Sum(item => (long)item.Bytes.Length);
    }

    private long FirstOpen() => _pending.Count > 0 ? _pending[0].Index : _next;

    private void Advance(long next)
    {
        cursor.Save(next);
        progress.Moved(next);
    }

    private async Task IdleAsync(CancellationToken cancellationToken)
    {
        var wait = GatherFor;
        if (_unconfirmed && !sink.IsHolding() && _rewinds < MaxRewinds)
        {
            _rewinds++;
            progress.Failed("the connection ended; what was written last is sent again");
            await RestartAsync().ConfigureAwait(false);
            wait = backOff.Next(null);
        }
        else if (_unconfirmed ? _rewinds >= MaxRewinds || IsConfirmed() : _next - cursor.Value > MaxPassedOver)
        {
            _unconfirmed = false;
            _rewinds = 0;
            Advance(_next);
        }
        else if (!_unconfirmed)
        {
            progress.Moved(_next);
        }

        await WaitAsync(wait, cancellationToken).ConfigureAwait(false);
    }

    private bool IsConfirmed() => clock.GetElapsedTime(_lastSent) >= s_holdFor;

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        _more = true;
        while (_pending.Count < sink.Bounds.MaxEntries && _pendingBytes < sink.Bounds.MaxBytes)
        {
            if (await queue.NextAsync(_next, cancellationToken).ConfigureAwait(false) is not { } leaf)
            {
                _more = false;
                return;
            }

            if (leaf.Index < _next)
            {
                continue;
            }

            _next = leaf.Index + 1;
            Add(leaf);
        }
    }

    private void Add(LogLeaf leaf)
    {
        ExportedEntry entry;
        try
        {
            entry = ExportedEntry.Of(leaf, source);
        }
        catch (InvalidDataException e)
        {
            SetAside(leaf.Index, e.Message);
            return;
        }

        if (!SinkFilter.Passes(settings, entry.Entry))
        {
            return;
        }

        _buffer.ResetWrittenCount();
        try
        {
            sink.Write(entry, _buffer);
        }
        catch (Exception e)
            when (e is ArgumentException or InvalidOperationException or FormatException or JsonException)
        {
            // A format that can't say it must not hold up what comes after it.
            SetAside(leaf.Index, e.Message);
            return;
        }

        _pending.Add(new SinkItem(entry, _buffer.WrittenSpan.ToArray()));
        _pendingBytes += _buffer.WrittenCount;
    }

    private async Task RestartAsync()
    {
        _pending.Clear();
        _pendingBytes = 0;
        _unconfirmed = false;
        _next = cursor.Value ?? 0;
        await queue.RewindAsync().ConfigureAwait(false);
    }

    private Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken) =>
        Task.Delay(wait, clock, cancellationToken);

    private static string Shown(string words)
    {
        var plain = PlainText.Of(words);
        return plain.Length <= MaxProblemLength ? plain : $"{plain.AsSpan(0, MaxProblemLength)}…";
    }
}
