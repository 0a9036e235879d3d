using Bartizan.Core.Manifests;

namespace Bartizan.Sandbox.Tests.Bubblewrap;

/// <summary>What a sandbox may use of the host, and that the limits hold at the tier that the receipt names.</summary>
public sealed class LimitsTests
{
    private static readonly Limits Small = new()
    {
        MemoryBytes = 96L << 20,
        Processes = 40,
        DiskBytes = 8L << 20,
    };

    [Fact]
    public async Task Processes_end_at_the_limit()
    {
        var ran = await Sandboxes.RunAsync(
            Sandboxes.Shell("for i in $(seq 200); do sleep 1000 & done 2>/dev/null; jobs -p | wc -l") with
            {
                Limits = Small,
            }
        );

        if (ran.Lines is [var count])
        {
            int.Parse(count).ShouldBeLessThan(41);
        }
        else
        {
            ran.Code.ShouldNotBe(0); // the shell itself could not go on
        }
    }

    [Fact]
    public async Task Memory_ends_at_the_limit()
    {
        await using var sandbox = await Sandboxes.StartAsync(
            Sandboxes.Shell("head -c 400000000 /dev/zero | tail >/dev/null; echo ${PIPESTATUS[1]}") with
            {
                Limits = Small,
            }
        );
        var ran = await Sandboxes.FinishAsync(sandbox);

        ran.Output.Trim().ShouldNotBe("0");
    }

    [Theory]
    [InlineData("/tmp/large")]
    [InlineData("/home/agent/large")]
    [InlineData("/workspace/large")]
    public async Task Files_end_at_the_limit(string path)
    {
        var ran = await Sandboxes.RunAsync(
            Sandboxes.Shell($"trap '' XFSZ; head -c 30000000 /dev/zero > {path} && echo written") with
            {
                Limits = Small,
            }
        );

        ran.Output.ShouldNotContain("written");
    }

    [Fact]
    public async Task The_device_directory_takes_no_files()
    {
        var ran = await Sandboxes.RunAsync("echo x > /dev/new && echo made; echo x > /dev/null && echo null works");

        ran.Output.ShouldBe("null works\n");
    }
}
