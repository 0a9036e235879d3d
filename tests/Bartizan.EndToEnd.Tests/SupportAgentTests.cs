using System.ComponentModel;
using System.Diagnostics;

namespace Bartizan.EndToEnd.Tests;

/// <summary>The example that answers people, driven by its own script as customers, attackers and approvers, with the OpenID provider of npm.</summary>
public sealed class SupportAgentTests
{
    private const string Said = "all of it holds";

    private static readonly string s_peer = Path.Combine(RealClients.Root(), "artifacts", "support-agent");

    [Fact]
    public async Task Customers_attackers_and_approvers_get_what_the_manifest_says()
    {
        await BringAsync();

        var start = new ProcessStartInfo("node", [Path.Combine(s_peer, "drive.mjs")]) { WorkingDirectory = s_peer };
        start.Environment["BARTIZAN_COMMAND"] = $"dotnet {Scene.Program}";
        start.Environment.Remove("BARTIZAN_HOME");
        await using var drive = Running.Start(start);
        var end = await drive.EndAsync();

        end.Code.ShouldBe(0, end.ToString());
        end.Output.ShouldContain(Said);
        end.Output.Split('\n').Count(line => line.StartsWith("ok  ", StringComparison.Ordinal)).ShouldBeGreaterThan(20);
    }

    private static async Task BringAsync()
    {
        Directory.CreateDirectory(s_peer);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(RealClients.Root(), "examples", "support-agent")))
        {
            File.Copy(file, Path.Combine(s_peer, Path.GetFileName(file)), overwrite: true);
        }

        var isThere = Directory.Exists(Path.Combine(s_peer, "node_modules", "oidc-provider"));
        if (!isThere && Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
        {
            isThere = await InstallAsync();
        }

        Assert.SkipUnless(isThere, $"oidc-provider is not installed: run `npm ci` in `{s_peer}`");
    }

    private static async Task<bool> InstallAsync()
    {
        try
        {
            string[] install = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
            await using var npm = Running.Start(new ProcessStartInfo("npm", install) { WorkingDirectory = s_peer });
            return (await npm.EndAsync()).Code == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
