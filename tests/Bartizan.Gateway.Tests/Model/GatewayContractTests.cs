using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>The black-box contract that real clients need of a gateway, run from outside by its own program.</summary>
public sealed class GatewayContractTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_must_and_all_but_one_should_of_the_gateway_contract_hold()
    {
        var shared = Environment.GetEnvironmentVariable("BARTIZAN_SHARED") ?? Path.Combine(Root(), "..", "shared");
        var contract = Path.Combine(shared, "harness", "gateway-contract.mjs");
        Assert.SkipUnless(File.Exists(contract), "the shared harness is not here: set BARTIZAN_SHARED");
        Assert.SkipUnless(HasNode(), "node is not installed");

        var port = FreePort();
        using var fake = Start("node", Path.Combine(shared, "harness", "fake-llm.mjs"), "--port", $"{port}", "--quiet");
        try
        {
            await ReachableAsync(port);
            var upstream = new Uri($"http://127.0.0.1:{port}/");
            await using var house = await GatewayUnderTest.StartAsync(upstream);
            using var suite = Start(
                "node",
                contract,
                "--fake",
                upstream.ToString(),
                "--gw",
                $"http://{house.Gateway.AttachEndpoint}",
                "--key",
                GatewayUnderTest.Token,
                "--provider-key",
                GatewayUnderTest.ProviderKey
            );
            var text = await suite.StandardOutput.ReadToEndAsync();
            await suite.WaitForExitAsync();
            output.WriteLine(text);
            text.ShouldContain("MUST 41 of 41");
            text.Split('\n')
                .Count(line => line.StartsWith("FAIL SHOULD", StringComparison.Ordinal))
                .ShouldBeLessThan(2);
        }
        finally
        {
            fake.Kill();
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Bartizan.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? AppContext.BaseDirectory;
    }

    private static bool HasNode()
    {
        try
        {
            using var node = Start("node", "--version");
            return node.WaitForExit(10_000);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task ReachableAsync(int port)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(20, limit.Token);
            }
        }
    }
}
