using Bartizan.Gateway.Tests.Model;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Tools.Attacks;

/// <summary>Tokens where they don't belong, and servers that lead clients to sign in elsewhere.</summary>
public sealed class AuthorizationAttacks
{
    private const string Call = """{"name":"echo","arguments":{}}""";

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(407)]
    public async Task A_servers_401_is_about_the_gateways_credential_and_leads_the_client_nowhere(int status)
    {
        await using var trap = await ScriptedUpstream.StartAsync();
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = context =>
        {
            context.Response.Headers.WWWAuthenticate =
                $"Bearer resource_metadata=\"{trap.Url}.well-known/oauth-protected-resource\", scope=\"all\"";
            context.Response.Headers.Location = trap.Url.ToString();
            return ScriptedUpstream.JsonAsync(
                context,
                $$"""{"error":"invalid_token","authorize":"{{trap.Url}}"}""",
                status
            );
        };
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/echo");
        var (body, headers) = ToolsUnderTest.Stateless("tools/call", Call);

        using var response = await house.SendAsync(body, headers);

        ((int)response.StatusCode).ShouldBe(502);
        response.Headers.WwwAuthenticate.ShouldBeEmpty();
        response.Headers.Location.ShouldBeNull();
        var text = await response.Content.ReadAsStringAsync();
        text.ShouldContain("refused the credential `server-key`");
        text.ShouldNotContain(trap.Url.Authority);
        text.ShouldNotContain(ToolsUnderTest.ServerKey);
        trap.Requests.ShouldBeEmpty();
        upstream.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task No_token_of_the_client_goes_on_under_any_name()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => ToolCallTests.Result(c, """{"content":[]}""");
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/echo");
        var (body, headers) = ToolsUnderTest.Stateless("tools/call", Call);
        string[] names = ["x-api-key", "proxy-authorization", "cookie", "x-auth-token", "x-forwarded-authorization"];

        using var response = await house.SendAsync(
            body,
            request =>
            {
                headers(request);
                foreach (var name in names)
                {
                    request.Headers.TryAddWithoutValidation(name, ToolsUnderTest.Token);
                }
            }
        );

        var sent = upstream.Requests.ShouldHaveSingleItem();
        sent.Headers["authorization"].ShouldBe($"Bearer {ToolsUnderTest.ServerKey}");
        sent.Headers.ShouldAllBe(header => !header.Value.Contains(ToolsUnderTest.Token));
        sent.Target.ShouldNotContain(ToolsUnderTest.Token);
    }

    [Theory]
    [InlineData("/.well-known/oauth-protected-resource")]
    [InlineData("/.well-known/oauth-protected-resource/mcp/up")]
    [InlineData("/.well-known/oauth-authorization-server")]
    [InlineData("/authorize")]
    [InlineData("/register")]
    [InlineData("/token")]
    public async Task The_gateway_offers_no_place_to_sign_in(string path)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/echo");

        using var wrong = await house.SendAsync("{}", token: "no-token");
        using var asked = await house.SendAsync(
            "{}",
            request => request.RequestUri = new Uri($"http://{house.EndPoint}{path}"),
            token: "no-token"
        );

        ((int)wrong.StatusCode).ShouldBe(401);
        wrong.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        ((int)asked.StatusCode).ShouldBe(404);
        upstream.Requests.ShouldBeEmpty();
    }
}
