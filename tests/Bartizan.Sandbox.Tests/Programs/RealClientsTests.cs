using Bartizan.Core.Manifests;
using Bartizan.Sandbox.Clients;
using Bartizan.Sandbox.Programs;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Programs;

/// <summary>The real clients, found and mounted where npm put them, under every layer.</summary>
public sealed class RealClientsTests
{
    [Theory]
    [InlineData("claude", "claude-code", "Claude Code")]
    [InlineData("codex", "codex", "codex")]
    public async Task It_starts_with_what_was_found(string name, string profile, string expected)
    {
        var npm = Environment.GetEnvironmentVariable("HARNESS_NPM") ?? "/tmp/harness-npm";
        if (!Directory.Exists($"{npm}/{name}/node_modules/.bin"))
        {
            Assert.Skip("the clients of the harness are not installed (harness/setup.sh node clients)");
        }

        var found = ProgramFinder.Find(
            new ProgramQuery
            {
                Name = name,
                SearchPath = $"{npm}/{name}/node_modules/.bin:{npm}/node24/node_modules/node/bin:/usr/bin",
                WorkingDirectory = "/",
            }
        );
        var setup = ClientProfile.Named(profile).SetUp(ClientEndpoints.Inside, "token", model: null);

        var ran = await Sandboxes.RunAsync(
            Sandboxes.Plan(found.Executable, "--version") with
            {
                Mounts = found.Mounts,
                Variables = setup.Variables.SetItem("PATH", found.SearchPath),
                Limits = new Limits { MemoryBytes = 4L << 30 },
                Network = false,
            }
        );

        ran.Output.ShouldContain(expected, customMessage: ran.Error);
        ran.Code.ShouldBe(0);
    }
}
