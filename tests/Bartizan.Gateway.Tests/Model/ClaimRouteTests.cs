using System.Net;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Model;

namespace Bartizan.Gateway.Tests.Model;

public sealed class ClaimRouteTests
{
    private const string Path = "/v1/logs";

    [Fact]
    public async Task Claims_are_the_sessions_whose_listener_and_token_they_came_by()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        var book = new Book();
        await using var house = await GatewayUnderTest.StartAsync(
            upstream.Url,
            new ModelGatewayOptions { Claims = book }
        );
        var taken = await house.SendAsync(Path, """{"resourceLogs":[]}""");
        taken.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await taken.Content.ReadAsStringAsync()).ShouldBe("""{"partialSuccess":{"rejectedLogRecords":"3"}}""");
        book.Taken.ShouldBe([house.Mine.Id]);
        (await house.SendAsync(Path, "{}", token: "guessed")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await house.SendAsync(Path, new string(' ', 2 << 20))).StatusCode.ShouldBe(
            HttpStatusCode.RequestEntityTooLarge
        );
        book.Taken.Count.ShouldBe(1);
        upstream.Requests.ShouldBeEmpty("a claim goes to no provider");
    }

    [Fact]
    public async Task Where_nobody_takes_claims_there_is_no_such_path()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await GatewayUnderTest.StartAsync(upstream.Url);
        (await house.SendAsync(Path, "{}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private sealed class Book : IClaims
    {
        public List<SessionId> Taken { get; } = [];

        public ValueTask<int?> TakeAsync(
            Session session,
            ReadOnlyMemory<byte> body,
            bool isJson,
            CancellationToken cancellationToken
        )
        {
            Taken.Add(session.Id);
            return ValueTask.FromResult<int?>(3);
        }
    }
}
