using System.Net;
using System.Text.Json.Nodes;
using Bartizan.Daemon.Sessions;
using Bartizan.Vault.Identity;

namespace Bartizan.Daemon.Tests.Identity.Attacks;

/// <content>The client's side: requests over real HTTP.</content>
public sealed partial class DpopTests
{
    private static void ShouldBeRefused(JsonObject reply)
    {
        reply.ContainsKey("access_token").ShouldBeFalse();
        reply["error"]!.GetValue<string>().ShouldBe("invalid_dpop_proof");
    }

    private async Task<string> BoundAsync(string audience)
    {
        var reply = await AskAsync(Token(_house.Parent), Token(_house.Child), _maker.Make(), audience);
        return reply["access_token"]!.GetValue<string>();
    }

    private JsonObject ClaimsOf(JsonObject reply) =>
        _house.Verified(reply["access_token"].ShouldNotBeNull(reply.ToJsonString()).GetValue<string>()).Claims;

    private async Task<JsonObject> AskAsync(string subject, string? actor, string? proof = null, string? to = null)
    {
        using var request = Request(subject, actor, to ?? Stock);
        if (proof is not null)
        {
            request.Headers.TryAddWithoutValidation("DPoP", proof).ShouldBeTrue();
        }

        return await SendAsync(request);
    }

    private HttpRequestMessage Request(string subject, string? actor, string audience = Stock)
    {
        const string Jwt = "urn:ietf:params:oauth:token-type:jwt";
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token"] = subject,
            ["subject_token_type"] = Jwt,
            ["audience"] = audience,
        };
        if (actor is not null)
        {
            (form["actor_token"], form["actor_token_type"]) = (actor, Jwt);
        }

        return new HttpRequestMessage(HttpMethod.Post, $"{_issuer}/token")
        {
            Content = new FormUrlEncodedContent(form),
        };
    }

    private async Task<JsonObject> SendAsync(HttpRequestMessage request)
    {
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var reply = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        answer.StatusCode.ShouldBe(reply.ContainsKey("error") ? HttpStatusCode.BadRequest : HttpStatusCode.OK);
        return reply;
    }

    private string Token(LiveSession live, string? boundTo = null) =>
        _house.Token(live, TokenBinding.Of(boundTo, null));
}
