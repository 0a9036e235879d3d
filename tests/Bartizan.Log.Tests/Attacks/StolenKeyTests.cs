using System.Collections.Immutable;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Verification;

namespace Bartizan.Log.Tests.Attacks;

/// <summary>
/// Somebody has the log's own key, and rewrites or rolls back everything, tiles, checkpoint and its second copy too. Nothing
/// in the directory shows it; a checkpoint that somebody else remembered or a witness signed does.
/// </summary>
public sealed class StolenKeyTests : TemporaryLog
{
    [Fact]
    public async Task A_log_rewritten_and_signed_again_is_seen_by_a_remembered_checkpoint_only()
    {
        var remembered = await RememberAsync(10);
        await ForgeAsync(12);

        (await LookAsync()).Holds.ShouldBeTrue();
        var fault = (await LookAsync(remembered)).Faults.ShouldHaveSingleItem();
        fault.Kind.ShouldBe(LogFaultKind.Rewritten);
        fault.Text.ShouldContain("signed again");
    }

    [Fact]
    public async Task Two_histories_of_one_size_are_a_split_view()
    {
        var remembered = await RememberAsync(10);
        await ForgeAsync(10);

        (await LookAsync()).Holds.ShouldBeTrue();
        (await LookAsync(remembered)).Faults.ShouldHaveSingleItem().Kind.ShouldBe(LogFaultKind.SplitView);
    }

    [Fact]
    public async Task A_log_rolled_back_with_its_checkpoints_is_seen_by_a_newer_one()
    {
        await WriteAsync(5);
        var old = Copy("old");
        await WriteAsync(5, from: 5);
        var remembered = System.IO.Path.Combine(Root, "remembered");
        File.Copy(System.IO.Path.Combine(Path, "checkpoint"), remembered);

        (await LookAsync(path: old)).Holds.ShouldBeTrue();
        var fault = (await LookAsync(remembered, old)).Faults.ShouldHaveSingleItem();
        fault.Kind.ShouldBe(LogFaultKind.RolledBack);
        fault.Index.ShouldBe(5);
    }

    [Fact]
    public async Task A_witnessed_checkpoint_beside_the_log_shows_the_same()
    {
        var remembered = await RememberAsync(10);
        await ForgeAsync(12);
        File.Copy(remembered, System.IO.Path.Combine(Path, "witnessed"));

        (await LookAsync()).Faults.ShouldHaveSingleItem().Kind.ShouldBe(LogFaultKind.Rewritten);
        (await Should.ThrowAsync<LogInconsistentException>(RefuseAsync)).Message.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_log_with_a_key_of_the_forgers_own_is_seen_by_the_key_kept_elsewhere()
    {
        await WriteAsync(3);
        var vkey = await File.ReadAllTextAsync(System.IO.Path.Combine(Path, "vkey"));
        NoteVerifier.TryParse(vkey, out var key).ShouldBeTrue();
        System.IO.Directory.Delete(Path, recursive: true);
        await using (
            await TransparencyLog.OpenAsync(Path, Options with { Origin = key.Name }, TimeProvider.System, default)
        ) { }

        (await LookAsync()).Holds.ShouldBeTrue();
        var verdict = await LogVerifier.VerifyAsync(Path, new LogVerifierOptions { Key = key }, default);
        verdict.Faults[0].Kind.ShouldBe(LogFaultKind.KeyReplaced);
    }

    [Fact]
    public async Task A_remembered_checkpoint_that_is_missing_is_no_pass()
    {
        await WriteAsync(3);

        (await LookAsync(System.IO.Path.Combine(Root, "nowhere")))
            .Faults.ShouldHaveSingleItem()
            .Kind.ShouldBe(LogFaultKind.CheckpointMissing);
    }

    // The log opens only if what it would go on from is the history that was witnessed.
    private async Task RefuseAsync()
    {
        await using var log = await OpenAsync();
        await log.AppendAsync(Leaf(0), default);
        await log.PublishCheckpointAsync(default);
        throw log.CheckpointProblem ?? new InvalidOperationException("it went on");
    }

    private async Task<string> RememberAsync(int count)
    {
        await WriteAsync(count);
        var remembered = System.IO.Path.Combine(Root, "remembered");
        File.Copy(System.IO.Path.Combine(Path, "checkpoint"), remembered);
        return remembered;
    }

    // The same key, other entries.
    private async Task ForgeAsync(int count)
    {
        var key = System.IO.Path.Combine(Path, "keys", "log.key");
        var stolen = await File.ReadAllBytesAsync(key);
        System.IO.Directory.Delete(Path, recursive: true);
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(key)!);
        await File.WriteAllBytesAsync(key, stolen);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await WriteAsync(count, from: 1000);
    }

    private Task<LogVerdict> LookAsync(string? remembered = null, string? path = null)
    {
        ImmutableArray<string> files = remembered is null ? [] : [remembered];
        return LogVerifier.VerifyAsync(path ?? Path, new LogVerifierOptions { Remembered = files }, default);
    }
}
