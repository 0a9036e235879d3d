using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;

namespace Bartizan.Core.Tests.Attacks;

/// <summary>Many threads against one switch. Nothing sleeps: the threads only meet at a barrier.</summary>
public sealed class KillRaceTests
{
    private const int Rounds = 100;
    private const int Threads = 4;

    [Fact]
    public async Task After_a_kill_returns_no_request_is_granted()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var gate = Gate.Unguarded(Gate.AllowModel);
            var (answered, killed, enough) = (0, 0, 1 + (round % 16));
            using var barrier = new Barrier(Threads + 1);
            var agents = Enumerable
                .Range(0, Threads)
                .Select(_ =>
                    OnItsOwnThread(async () =>
                    {
                        barrier.SignalAndWait();
                        while (true)
                        {
                            var startedAfterKill = Volatile.Read(ref killed) == 1;
                            await using var passage = await gate.RequestAsync();
                            if (startedAfterKill)
                            {
                                passage.Granted.ShouldBeFalse();
                                return;
                            }

                            Interlocked.Increment(ref answered);
                            if (passage.Granted && Volatile.Read(ref killed) == 1)
                            {
                                passage.Revoked.IsCancellationRequested.ShouldBeTrue();
                                (await passage.InspectAsync("x"u8.ToArray(), default)).Verdict.ShouldBe(
                                    InspectionVerdict.Cut
                                );
                            }
                        }
                    })
                );
            var owner = OnItsOwnThread(() =>
            {
                barrier.SignalAndWait();
                while (Volatile.Read(ref answered) < enough)
                {
                    Thread.Yield();
                }

                gate.Control.End();
                Volatile.Write(ref killed, 1);
            });
            await Task.WhenAll([owner, .. agents]);

            var intents = gate.Journal.Of(EntryKind.Intent).Select(entry => entry.Passage).Order();
            gate.Journal.Of(EntryKind.Outcome).Select(entry => entry.Passage).Order().ShouldBe(intents);
        }
    }

    [Fact]
    public async Task A_kill_is_never_lost_to_a_pause_or_a_resume()
    {
        var gate = Gate.Unguarded(Gate.AllowModel);
        var (current, flips, over, lost) = (gate.Control, 0, false, 0);
        var flipper = OnItsOwnThread(() =>
        {
            while (!Volatile.Read(ref over))
            {
                Volatile.Read(ref current).Pause();
                Volatile.Read(ref current).Resume();
                Interlocked.Increment(ref flips);
            }
        });
        for (var round = 0; round < Rounds * 50; round++)
        {
            var (session, control) = Session.Open(
                SessionId.New(),
                gate.Session.Manifest,
                gate.Session.Policy,
                "",
                false
            );
            control.Start();
            var before = Volatile.Read(ref flips);
            Volatile.Write(ref current, control);
            while (Volatile.Read(ref flips) - before < 2)
            {
                Thread.Yield();
            }

            var ended = control.End();
            lost += ended && session.State == SessionState.Ending ? 0 : 1;
        }

        Volatile.Write(ref over, true);
        await flipper;
        lost.ShouldBe(0);
    }

    [Fact]
    public async Task Of_many_kills_at_once_one_moves_the_session_and_all_return_with_the_gate_shut()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var gate = Gate.Unguarded(Gate.AllowModel);
            using var barrier = new Barrier(Threads);
            var moved = await Task.WhenAll(
                Enumerable
                    .Range(0, Threads)
                    .Select(_ =>
                        OnItsOwnThread(() =>
                        {
                            barrier.SignalAndWait();
                            var first = gate.Control.End();
                            gate.Session.Revoked.IsCancellationRequested.ShouldBeTrue();
                            return first;
                        })
                    )
            );
            moved.Count(first => first).ShouldBe(1);
        }
    }

    [Fact]
    public async Task Passages_and_labels_of_many_threads_are_all_counted()
    {
        var gate = Gate.With(Gate.AllowModel);
        await Task.WhenAll(
            Enumerable
                .Range(0, Threads)
                .Select(_ =>
                    OnItsOwnThread(async () =>
                    {
                        for (var i = 0; i < Rounds; i++)
                        {
                            await using var passage = await gate.RequestAsync();
                            passage.Granted.ShouldBeTrue();
                        }
                    })
                )
        );
        var numbers = gate.Journal.Of(EntryKind.Intent).Select(entry => entry.Passage).ToHashSet();
        numbers.Count.ShouldBe(Threads * Rounds);
        numbers.Max().ShouldBe(Threads * Rounds);
    }

    // Threads of their own: those of the pool come one by one, and would meet at a barrier only after a while.
    private static Task<T> OnItsOwnThread<T>(Func<T> run) =>
        Task.Factory.StartNew(run, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Task OnItsOwnThread(Action run) =>
        Task.Factory.StartNew(run, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static Task OnItsOwnThread(Func<Task> run) => OnItsOwnThread<Task>(run).Unwrap();
}
