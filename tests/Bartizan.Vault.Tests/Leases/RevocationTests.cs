using Bartizan.Core.Tests.Enforcement;
using Bartizan.Vault.Leases;

namespace Bartizan.Vault.Tests.Leases;

public sealed class RevocationTests
{
    [Fact]
    public async Task Whatever_a_try_dies_of_it_is_tried_again_and_its_words_are_not_repeated()
    {
        var (book, clock, tries) = (new Book { Records = { "one" } }, new ManualClock(), 0);
        var words = new RevocationWords<string>(id => id, (_, problem) => problem, (_, _, _) => Task.CompletedTask);
        await using var revocations = new Revocations<string>(book, words, clock);

        await revocations.Begin(
            "one",
            _ =>
                ++tries switch
                {
                    1 => throw new InvalidOperationException("s3cret"),
                    2 => Task.FromException<string?>(new OperationCanceledException("s3cret")),
                    _ => Task.FromResult<string?>(null),
                }
        );
        revocations.Pending.ShouldBe(["it failed (InvalidOperationException)"]);
        await clock.WhenWaitedForAsync(TimeSpan.FromMilliseconds(250));
        clock.Advance(TimeSpan.FromMilliseconds(250));
        await clock.WhenWaitedForAsync(TimeSpan.FromMilliseconds(500));
        clock.Advance(TimeSpan.FromMilliseconds(500));

        await book.Empty.Task.WaitAsync(TimeSpan.FromSeconds(30));
        tries.ShouldBe(3);
    }

    private sealed class Book : ILeaseBook<string>
    {
        public List<string> Records { get; } = [];

        public TaskCompletionSource Empty { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyCollection<string> All => Records;

        public void Add(string record) => Records.Add(record);

        public void Remove(string record)
        {
            Records.Remove(record);
            Empty.SetResult();
        }
    }
}
