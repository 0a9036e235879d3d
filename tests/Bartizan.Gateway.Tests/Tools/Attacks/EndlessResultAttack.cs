using System.Diagnostics;
using Bartizan.Gateway.Tests.Model;

namespace Bartizan.Gateway.Tests.Tools.Attacks;

/// <summary>Endless results at once, held to what the whole process takes meanwhile: what runs beside it would count too.</summary>
[Collection(nameof(Alone))]
public sealed class EndlessResultAttack
{
    [Fact]
    public async Task An_endless_result_holds_no_more_memory_than_its_bound()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => ToolAttackTests.MisbehaveAsync(c, "endless");
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");
        var before = Process.GetCurrentProcess().WorkingSet64;

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(_ => house.AskAsync("tools/call", ToolAttackTests.Allowed))
        );

        answers.ShouldAllBe(a => a["error"] != null);
        (Process.GetCurrentProcess().WorkingSet64 - before).ShouldBeLessThan(200 << 20);
    }
}
