using System.Diagnostics;
using Bartizan.Log.Proofs;

namespace Bartizan.Log.Tests;

/// <summary>
/// <c>conformance/log/verify.py</c> knows nothing of this program: Python's standard library and the published formats. It
/// agrees with what the log wrote, and sees what was changed.
/// </summary>
public sealed class IndependentVerifierTests : TemporaryLog
{
    private const int Entries = 700;

    [Fact]
    public async Task Another_program_in_another_language_agrees()
    {
        var older = await WriteTwiceAsync();
        var prover = LogProver.Open(Path);
        var proof = System.IO.Path.Combine(Root, "417.tlog-proof");
        await File.WriteAllTextAsync(proof, (await prover.ProveAsync(417, withEntry: true, default))!.Write());

        var (code, output) = await RunAsync("--older", older, "--proof", proof, "--key", prover.Key.ToString());

        code.ShouldBe(0, output);
        output.ShouldContain($"checkpoint: {Entries} entries");
        output.ShouldContain($"inclusion: {Entries} entries");
        output.ShouldContain($"consistency: from 300 to {Entries} entries");
        output.ShouldContain($"417.tlog-proof: entry 417 of {Entries}");
    }

    [Theory]
    [InlineData("checkpoint", "not signed")]
    [InlineData("tile/0/001", "hash its tile has")]
    [InlineData("tile/0/002.p/188", "signed root")]
    [InlineData("tile/1/000.p/2", "signed root")]
    [InlineData("tile/entries/002.p/188", "hash its tile has")]
    public async Task It_sees_what_was_changed(string file, string what)
    {
        await WriteTwiceAsync();
        var path = System.IO.Path.Combine(Path, file);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[30] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        var (code, output) = await RunAsync();

        code.ShouldBe(1);
        output.ShouldContain(what);
    }

    [Fact]
    public async Task It_sees_a_log_that_does_not_continue_an_older_checkpoint()
    {
        var older = await WriteTwiceAsync();
        var key = await File.ReadAllBytesAsync(System.IO.Path.Combine(Path, "keys", "log.key"));
        System.IO.Directory.Delete(Path, recursive: true);
        System.IO.Directory.CreateDirectory(System.IO.Path.Combine(Path, "keys"));
        await File.WriteAllBytesAsync(System.IO.Path.Combine(Path, "keys", "log.key"), key);
        File.SetUnixFileMode(
            System.IO.Path.Combine(Path, "keys", "log.key"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite
        );
        await WriteAsync(400, from: 5000);

        var (code, output) = await RunAsync("--every", "100", "--older", older);

        code.ShouldBe(1);
        output.ShouldContain("doesn't continue the older checkpoint of 300");
    }

    [Fact]
    public async Task It_takes_a_pruned_log_and_its_archives_and_sees_what_nobody_recorded()
    {
        string[] archives = [System.IO.Path.Combine(Root, "first"), System.IO.Path.Combine(Root, "second")];
        await using (var log = await OpenSmallAsync())
        {
            await PruningTests.FillAsync(log, 2000);
            await PruningTests.PruneAsync(log, 256, archives[0]);
            await PruningTests.PruneAsync(log, 768, archives[1]);
        }

        var (code, output) = await RunAsync("--archive", archives[0], "--archive", archives[1]);
        code.ShouldBe(0, output);
        output.ShouldContain("pruned: entries before 768");
        output.ShouldContain("archive: 256 entries from 0 on");
        output.ShouldContain("archive: 512 entries from 256 on");

        // Cut off; the other's in its place; more deleted than was recorded.
        var whole = await File.ReadAllBytesAsync(archives[1]);
        await File.WriteAllBytesAsync(archives[1], whole[..(whole.Length / 2)]);
        (await RunAsync("--archive", archives[1])).Code.ShouldBe(1);
        whole[whole.Length - 3000] ^= 1;
        await File.WriteAllBytesAsync(archives[1], whole);
        (await RunAsync("--archive", archives[1])).Code.ShouldBe(1);
        await File.WriteAllTextAsync(System.IO.Path.Combine(Path, "minimum"), "minimum 1024\nrecord 2001\n");
        (code, output) = await RunAsync();
        code.ShouldBe(1);
        output.ShouldContain("records a prune up to 768, not to 1024");
    }

    private Task<TransparencyLog> OpenSmallAsync() =>
        TransparencyLog.OpenAsync(
            Path,
            Options with
            {
                SegmentBytes = 12 * 1024,
                MaxCommitEntries = 50,
            },
            TimeProvider.System,
            default
        );

    // 300 entries, whose checkpoint is kept, then the rest.
    private async Task<string> WriteTwiceAsync()
    {
        await WriteAsync(300);
        var older = System.IO.Path.Combine(Root, "older");
        File.Copy(System.IO.Path.Combine(Path, "checkpoint"), older);
        await WriteAsync(Entries - 300, from: 300);
        return older;
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Python(), [TreeTests.Conformance("verify.py"), Path, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    private static string Python()
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin")
            .Split(':')
            .Select(folder => System.IO.Path.Combine(folder, "python3"))
            .FirstOrDefault(File.Exists);
        Assert.SkipUnless(found is not null, "python3 is not installed");
        return found!;
    }
}
