using Bartizan.Gateway.Tests.Model;

namespace Bartizan.EndToEnd.Tests;

/// <summary>A test as any project has: a web server and its client on loopback. It runs here, and once more inside a sandbox.</summary>
public sealed class MeetingTests
{
    private static readonly SocketsHttpHandler Wire = new() { UseProxy = false };

    [Fact]
    public async Task A_web_server_and_its_client_meet_on_loopback()
    {
        await using var server = await ScriptedUpstream.StartAsync();
        using var client = new HttpMessageInvoker(Wire, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Url);

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        ((int)answer.StatusCode).ShouldBe(200);
        server.Requests.Count.ShouldBe(1);
    }
}
