using Bartizan.Core.Entries;
using Bartizan.Core.Exports;
using Bartizan.Log;
using Bartizan.Records.Export;
using Bartizan.Records.Export.Sinks;
using Bartizan.Records.Journals;

namespace Bartizan.Records.Tests.Export;

/// <summary>A log, a sink, and the loop between them, run until a test has seen enough.</summary>
public abstract class LoopBench : TemporaryRecord
{
    protected LoopBench() => LoopClock = Clock;

    internal RushedClock Clock { get; } = new(TimeSpan.FromSeconds(59));

    /// <summary>The clock of the loop; that of the machine where a real peer needs real time.</summary>
    internal TimeProvider LoopClock { get; set; }

    internal string Cursor => Path.Combine(Home, "exports", "test.cursor");

    internal string SetAside => Path.Combine(Home, "exports", "test.refused");

    internal SinkSettings Settings { get; init; } =
        new()
        {
            Name = "test",
            Kind = SinkKind.Webhook,
            Format = SinkFormat.Ocsf,
        };

    internal SinkStatus Status { get; private set; } =
        new()
        {
            Name = "",
            Kind = "",
            Next = 0,
            Lag = 0,
            Sent = 0,
            SetAside = 0,
        };

    /// <summary>Runs the loop until <paramref name="enough"/> holds, then ends it as a stop of the daemon does.</summary>
    internal async Task RunAsync(
        Journal journal,
        ISink sink,
        Func<SinkStatus, bool> enough,
        SinkSettings? settings = null
    )
    {
        Directory.CreateDirectory(Path.Combine(Home, "exports"));
        using var stop = new CancellationTokenSource();
        var used = settings ?? Settings;
        var progress = new SinkProgress(used);
        await using var queue = new EntryQueue(new LogDirectory(Options.LogDirectory), () => journal.Log.Size);
        var loop = new SinkLoop(
            used,
            sink,
            queue,
            new SinkCursor(Cursor, journal.Log.Origin),
            new SetAsideFile(SetAside, LoopClock),
            progress,
            SampleEntries.Source,
            LoopClock,
            new BackOff(() => 0)
        );
        var running = Task.Run(() => loop.RunAsync(stop.Token));
        var limit = Task.Delay(TimeSpan.FromSeconds(60));
        while (!enough(Status = progress.Read(journal.Log.Size)))
        {
            if (running.IsCompleted || limit.IsCompleted)
            {
                throw new InvalidOperationException($"the loop came to {Status} and no further");
            }

            await Task.Delay(1);
        }

        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Status = progress.Read(journal.Log.Size);
    }

    internal async Task<long> FillAsync(Journal journal, int entries, Func<int, Entry>? make = null)
    {
        var last = 0L;
        for (var i = 0; i < entries; i++)
        {
            var entry = make?.Invoke(i) ?? Refusal($"host{i}.example:443");
            if (i < entries - 1)
            {
                await journal.PostAsync(entry, default);
            }
            else
            {
                last = await journal.AppendAsync(entry, default);
            }
        }

        return last + 1;
    }
}
