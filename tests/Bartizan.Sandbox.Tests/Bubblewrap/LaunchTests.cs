namespace Bartizan.Sandbox.Tests.Bubblewrap;

/// <summary>A real launch, and what the program finds when it runs.</summary>
public sealed class LaunchTests
{
    [Fact]
    public async Task A_program_runs_and_its_output_and_exit_code_come_back()
    {
        var ran = await Sandboxes.RunAsync("echo out; echo err >&2; exit 7");

        ran.Error.ShouldBe("err\n");
        ran.Output.ShouldBe("out\n");
        ran.Code.ShouldBe(7);
    }
}
