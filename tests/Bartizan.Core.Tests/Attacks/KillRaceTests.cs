using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;

namespace Bartizan.Core.Tests.Attacks;

/// <summary>Many threads against one switch. Nothing sleeps: the threads only meet at a barrier.</summary>
public sealed class KillRaceTests
{
    private const int Rounds = 200;
    private const int Threads = 4;

    [Fact]
    public async Task After_a_kill_returns_no_request_is_granted()
    {
        var grantedBefore = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var gate = Gate.Unguarded(Gate.AllowModel);
            var killed = 0;
            var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var barrier = new Barrier(Threads);
            var agents = Enumerable
                .Range(0, Threads)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        barrier.SignalAndWait();
                        while (true)
                        {
                            var startedAfterKill = Volatile.Read(ref killed) == 1;
                            await using var passage = await gate.RequestAsync();
                            if (passage.Granted)
                            {
                                startedAfterKill.ShouldBeFalse();
                                Interlocked.Increment(ref grantedBefore);
                                enough.TrySetResult();
                                if (Volatile.Read(ref killed) == 1)
                                {
                                    passage.Revoked.IsCancellationRequested.ShouldBeTrue();
                                    (await passage.InspectAsync("x"u8.ToArray(), default)).Verdict.ShouldBe(
                                        InspectionVerdict.Cut
                                    );
                                }
                            }
                            else if (startedAfterKill)
                            {
                                return;
                            }
                        }
                    })
                )
                .ToList();

            await enough.Task;
            gate.Control.End();
            Volatile.Write(ref killed, 1);
            await Task.WhenAll(agents);

            var intents = gate.Journal.Of(EntryKind.Intent).Select(entry => entry.Passage).Order();
            gate.Journal.Of(EntryKind.Outcome).Select(entry => entry.Passage).Order().ShouldBe(intents);
        }

        grantedBefore.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_kill_is_never_lost_to_a_pause_or_a_resume()
    {
        for (var round = 0; round < Rounds * 10; round++)
        {
            var gate = Gate.Unguarded(Gate.AllowModel);
            using var barrier = new Barrier(3);
            await Task.WhenAll(
                Task.Run(() =>
                {
                    barrier.SignalAndWait();
                    gate.Control.Pause();
                    gate.Control.Resume();
                    gate.Control.Pause();
                }),
                Task.Run(() =>
                {
                    barrier.SignalAndWait();
                    gate.Control.Resume();
                    gate.Control.Pause();
                    gate.Control.Resume();
                }),
                Task.Run(() =>
                {
                    barrier.SignalAndWait();
                    gate.Control.End().ShouldBeTrue();
                    gate.Session.State.ShouldBe(SessionState.Ending);
                })
            );
            gate.Session.State.ShouldBe(SessionState.Ending);
            gate.Session.Revoked.IsCancellationRequested.ShouldBeTrue();
        }
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
                        Task.Run(() =>
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
                    Task.Run(async () =>
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
}
