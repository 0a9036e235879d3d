using System.Diagnostics;

namespace Bartizan.EndToEnd.Tests;

/// <summary>The black-box contract that real clients need of a gateway, through a running instance.</summary>
[Collection(nameof(Alone))]
public sealed class ContractTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_must_and_all_but_one_should_of_the_gateway_contract_hold_for_an_attached_agent()
    {
        var contract = Path.Combine(RealClients.Harness, "gateway-contract.mjs");
        Assert.SkipUnless(File.Exists(contract), "the shared harness is not here: set BARTIZAN_SHARED");
        Assert.SkipUnless(HasNode(), "node is not installed");
        await using var scene = await Scene.OpenAsync();
        var port = FreePort.Next();
        await using var model = Running.Start(
            new ProcessStartInfo(
                "node",
                [Path.Combine(RealClients.Harness, "fake-llm.mjs"), "--port", $"{port}", "--quiet"]
            )
        );
        await RealClients.ReachableAsync(port);
        await File.WriteAllTextAsync(
            scene.ManifestPath,
            $$"""
            apiVersion: bartizan/v1
            agent: contract
            version: 1
            owner: tests@example.com
            description: Says what real clients say.
            environment: development
            models:
              claude: { api: anthropic, url: "http://127.0.0.1:{{port}}", with: up-key }
              gpt: { api: openai, url: "http://127.0.0.1:{{port}}", with: up-key }
            credentials:
              up-key: { from: env:UP_KEY }
            rules:
              - allow: model claude/**
                accept_wide: The scripted model answers to any name.
                why: The model of this test.
              - allow: model gpt/**
                accept_wide: The scripted model answers to any name.
                why: The model of this test.
            """
        );
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        var attached = await AttachTests.AttachAsync(scene);

        await using var suite = Running.Start(
            new ProcessStartInfo(
                "node",
                [
                    contract,
                    "--fake",
                    $"http://127.0.0.1:{port}",
                    "--gw",
                    attached.Anthropic.ToString(),
                    "--key",
                    attached.Token,
                    "--provider-key",
                    Scene.ProviderKey,
                ]
            )
        );
        var end = await suite.EndAsync();

        output.WriteLine(end.Output);
        end.Output.ShouldContain("MUST 41 of 41");
        end.Output.Split('\n')
            .Count(line => line.StartsWith("FAIL SHOULD", StringComparison.Ordinal))
            .ShouldBeLessThan(2, end.Output);
        (await scene.BartizanAsync("log", "verify")).Code.ShouldBe(0);
    }

    private static bool HasNode()
    {
        try
        {
            using var node = Process.Start(
                new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true, UseShellExecute = false }
            )!;
            return node.WaitForExit(TimeSpan.FromSeconds(10)) && node.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
