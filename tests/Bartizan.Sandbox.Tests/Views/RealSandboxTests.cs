using System.Diagnostics;
using Bartizan.Sandbox.Tests.Bubblewrap;
using static Bartizan.Sandbox.Tests.Views.ViewHouse;

namespace Bartizan.Sandbox.Tests.Views;

/// <summary>A staged workspace in a real sandbox, and what a large one costs.</summary>
public sealed class RealSandboxTests(ITestOutputHelper output) : IDisposable
{
    private const int ManyFiles = 20_000;
    private readonly ViewHouse _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task What_an_agent_does_in_its_sandbox_comes_back_by_apply_alone()
    {
        Sandboxes.Need();
        _house.Write("a.txt", "one\n");
        _house.Write(".env", "SECRET");
        var stage = await _house.StageAsync(Deny(n => n.EndsWith("/.env", StringComparison.Ordinal)));

        var ran = await Sandboxes.RunAsync(
            Sandboxes.Shell("cat .env; echo two >> a.txt && mkdir d && echo new > d/f && ls -A") with
            {
                Mounts = Sandboxes.Workspace(stage.Tree),
                Network = false,
            }
        );

        ran.Lines.ShouldBe(["a.txt", "d"], ran.Error);
        _house.Read("a.txt").ShouldBe("one\n");
        var result = await ApplyAsync(stage);
        result.Done.ShouldBeTrue();
        _house.Read("a.txt").ShouldBe("one\ntwo\n");
        _house.Read("d/f").ShouldBe("new\n");
        _house.Read(".env").ShouldBe("SECRET");
        stage.Discard();
        Directory.Exists(stage.Folder).ShouldBeFalse();
    }

    [Fact]
    public async Task Twenty_thousand_files_are_staged_compared_and_deleted_in_seconds()
    {
        var content = new string('x', 8 * 1024);
        for (var i = 0; i < ManyFiles; i++)
        {
            var folder = Path.Combine(_house.Workspace, $"d{i / 100}");
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(Path.Combine(folder, $"f{i}"), content, TestContext.Current.CancellationToken);
        }

        var watch = Stopwatch.StartNew();
        var stage = await _house.StageAsync();
        var staged = watch.Elapsed;
        watch.Restart();
        var diff = await DiffAsync(stage);
        var compared = watch.Elapsed;
        await AgentAsync(stage, "for f in d7/*; do echo y >> $f; done; rm -r d8");
        watch.Restart();
        var result = await ApplyAsync(stage);
        var applied = watch.Elapsed;
        watch.Restart();
        stage.Discard();

        output.WriteLine(
            $"{ManyFiles} files, {stage.Summary!.Bytes >> 20} MiB: staged {staged.TotalMilliseconds:F0} ms, compared "
                + $"{compared.TotalMilliseconds:F0} ms, 201 changes applied {applied.TotalMilliseconds:F0} ms, deleted "
                + $"{watch.ElapsedMilliseconds} ms; {stage.Summary.Cloned} reflinks"
        );
        stage.Summary.Files.ShouldBe(ManyFiles);
        diff.Changes.ShouldBeEmpty();
        result.Applied.Length.ShouldBe(201);
        staged.ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }
}
