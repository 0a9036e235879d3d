using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Sandbox.Clients;

namespace Bartizan.Sandbox.Tests.Clients;

/// <summary>
/// The hook that a client inside runs. Clients take every exit code but 2 for a yes, a hook that can't be started too: what goes wrong in it
/// must end in 2.
/// </summary>
public sealed class AskScriptTests
{
    private const string Event =
        """{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"ls ü"}}""";
    private const string Yes = """{"hookSpecificOutput":{"permissionDecision":"allow"}}""";

    [Fact]
    public async Task The_event_arrives_whole_with_the_token_and_the_answer_is_handed_on()
    {
        var (code, output, asked) = await RunAsync(
            Event,
            $"HTTP/1.1 200 OK\r\nContent-Length: {Yes.Length}\r\n\r\n{Yes}"
        );

        code.ShouldBe(0);
        output.ShouldBe(Yes);
        asked.ShouldStartWith("POST /hooks/claude-code HTTP/1.1\r\n");
        asked.ShouldContain("Authorization: Bearer bz_token\r\n");
        asked.ShouldContain(
            string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(Event)}\r\n")
        );
        asked.ShouldEndWith(Event);
    }

    [Theory]
    [InlineData("HTTP/1.1 401 Unauthorized\r\n\r\n{}")]
    [InlineData("HTTP/1.1 500 Internal Server Error\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n{\"hookSpecificOutput\":")]
    [InlineData("{}")]
    [InlineData("")]
    public async Task Whatever_is_no_answer_is_a_no(string answer)
    {
        var (code, output, _) = await RunAsync(Event, answer);

        code.ShouldBe(2);
        output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_there_is_a_no() => (await RunAsync(Event, null)).Code.ShouldBe(2);

    [Fact]
    public async Task Nothing_asked_is_a_no() => (await RunAsync("", "HTTP/1.1 200 OK\r\n\r\n{}")).Code.ShouldBe(2);

    [Fact]
    public void Only_a_client_that_is_made_to_ask_gets_the_hook_and_where_nobody_inside_can_change_it()
    {
        Files(ClientEndpoints.Inside).ShouldNotContain(f => f.InsidePath.StartsWith("/etc/", StringComparison.Ordinal));

        var files = Files(ClientEndpoints.Inside.AskingFirst());
        var settings = files.Single(f => f.InsidePath == "/etc/claude-code/managed-settings.json");
        settings.Writable.ShouldBeFalse();
        using var json = System.Text.Json.JsonDocument.Parse(settings.Content);
        json.RootElement.GetProperty("allowManagedHooksOnly").GetBoolean().ShouldBeTrue();
        json.RootElement.GetProperty("hooks").TryGetProperty("PreToolUse", out _).ShouldBeTrue();
        files.Single(f => f.InsidePath == "/etc/claude-code/ask").Writable.ShouldBeFalse();
    }

    private static IEnumerable<ClientFile> Files(ClientEndpoints endpoints) =>
        ClientProfile.Named("claude-code").SetUp(endpoints, "bz_token", model: null).Files;

    // Null: nobody listens.
    private static async Task<(int Code, string Output, string Asked)> RunAsync(string told, string? answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        if (answer is null)
        {
            listener.Stop();
        }

        var script = Files(ClientEndpoints.Inside.AskingFirst())
            .Single(f => f.InsidePath == "/etc/claude-code/ask")
            .Content.Replace("8080", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var start = new ProcessStartInfo("/bin/bash", ["-c", script])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ANTHROPIC_AUTH_TOKEN"] = "bz_token";
        using var hook = Process.Start(start)!;
        await hook.StandardInput.WriteAsync(told);
        hook.StandardInput.Close();
        var asked = answer is null || told.Length == 0 ? "" : await AnswerAsync(listener, told, answer);
        var output = await hook.StandardOutput.ReadToEndAsync();
        await hook.WaitForExitAsync();
        return (hook.ExitCode, output, asked);
    }

    private static async Task<string> AnswerAsync(TcpListener listener, string told, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        var asked = new List<byte>();
        var buffer = new byte[4096];
        while (!Encoding.UTF8.GetString([.. asked]).EndsWith(told, StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer);
            read.ShouldBePositive("the hook hung up before it had asked");
            asked.AddRange(buffer[..read]);
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(answer));
        return Encoding.UTF8.GetString([.. asked]);
    }
}
