using Bartizan.Sandbox.Views;
using static Bartizan.Sandbox.Tests.Views.ViewHouse;

namespace Bartizan.Sandbox.Tests.Views.Attacks;

/// <summary>A thread swaps a directory and a link to a secret as fast as it can while the host reads the stage.</summary>
public sealed class SwapRaceTests : IDisposable
{
    private const string Secret = "TOP-SECRET-OF-THE-HOST";
    private const int Rounds = 150;
    private const int MostRounds = 20_000;
    private readonly ViewHouse _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task No_byte_from_outside_comes_back_while_links_are_swapped()
    {
        var outside = Directory.CreateDirectory(Path.Combine(_house.Root, "outside")).FullName;
        var secret = Path.Combine(outside, "f");
        await File.WriteAllTextAsync(secret, Secret, TestContext.Current.CancellationToken);
        var secretDigest = Core.Enforcement.Digest.Of(System.Text.Encoding.UTF8.GetBytes(Secret));
        _house.Write("d/f", "one");
        var stage = await _house.StageAsync();
        Directory.CreateSymbolicLink(Path.Combine(stage.Tree, "evil"), outside);
        await AgentAsync(stage, "echo changed > d/f");

        using var enough = new CancellationTokenSource();
        var swapper = Task.Run(() => Swap(stage.Tree, secret, enough.Token), TestContext.Current.CancellationToken);
        var sawSwap = false;
        try
        {
            for (var i = 0; i < Rounds || (!sawSwap && i < MostRounds); i++)
            {
                var diff = await DiffAsync(stage);
                diff.Changes.ShouldNotContain(c => c.DigestAfter == secretDigest);
                sawSwap |=
                    diff.Changes.Any(c => c.Path is "keep" or "keep/f" or "d/g")
                    || diff.Changes.Any(c => c.Path == "d" && c.After == NodeKind.Link);
                try
                {
                    await ApplyAsync(stage);
                    foreach (var file in Directory.EnumerateFiles(_house.Workspace, "*", SearchOption.AllDirectories))
                    {
                        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldNotContain(
                            Secret
                        );
                    }
                }
                catch (ViewException)
                {
                    // The tree changed under the apply: it stops, which is the point.
                }
            }
        }
        finally
        {
            await enough.CancelAsync();
            (await swapper).ShouldBeGreaterThan(0);
        }

        sawSwap.ShouldBeTrue("the race was never run: the test proves nothing");
        (await File.ReadAllTextAsync(secret, TestContext.Current.CancellationToken)).ShouldBe(Secret);
        Directory.GetFiles(outside).ShouldBe([secret]);
    }

    private static int Swap(string tree, string secret, CancellationToken enough)
    {
        string At(string name) => Path.Combine(tree, name);
        var swaps = 0;
        while (!enough.IsCancellationRequested)
        {
            Directory.Move(At("d"), At("keep"));
            Directory.Move(At("evil"), At("d"));
            Directory.Move(At("d"), At("evil"));
            Directory.Move(At("keep"), At("d"));
            File.Move(At("d/f"), At("d/g"));
            File.CreateSymbolicLink(At("d/f"), secret);
            File.Delete(At("d/f"));
            File.Move(At("d/g"), At("d/f"));
            swaps++;
        }

        return swaps;
    }
}
