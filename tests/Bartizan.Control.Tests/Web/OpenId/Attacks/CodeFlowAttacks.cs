using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Control.OpenId;
using Bartizan.Control.Web;
using Bartizan.Core.Tests.Identity;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Control.Tests.Web.OpenId.Attacks;

/// <summary>A hostile browser, a hostile site, and a provider that is hostile in one point.</summary>
public sealed class CodeFlowAttacks
{
    private static readonly Dictionary<
        string,
        Func<Dictionary<string, string>, IEnumerable<KeyValuePair<string, string>>>
    > s_answers = new()
    {
        ["no state"] = answer => answer.Where(one => one.Key != "state"),
        ["an empty state"] = answer => With(answer, "state", ""),
        ["a made-up state"] = answer => With(answer, "state", new string('A', 43)),
        ["a long state"] = answer => With(answer, "state", new string('A', 4000)),
        ["two states"] = answer => [.. answer, new("state", answer["state"])],
        ["two codes"] = answer => [.. answer, new("code", "other")],
        ["no code"] = answer => answer.Where(one => one.Key != "code"),
        ["an empty code"] = answer => With(answer, "code", ""),
        ["a long code"] = answer => With(answer, "code", new string('c', CodeFlow.MaxCode + 1)),
        ["a made-up code"] = answer => With(answer, "code", "made-up"),
        ["no issuer"] = answer => answer.Where(one => one.Key != "iss"),
        ["another issuer"] = answer => With(answer, "iss", "https://evil.example"),
        ["nearly the issuer"] = answer => With(answer, "iss", answer["iss"] + "/"),
        ["two issuers"] = answer => [.. answer, new("iss", answer["iss"])],
        ["an error, with a code"] = answer => [.. answer, new("error", "access_denied")],
        ["a token of its own"] = answer => [.. answer, new("id_token", "a.b.c")],
    };

    private static readonly Dictionary<string, Action<CodeProvider>> s_tokens = new()
    {
        ["another nonce"] = one => one.Claims = claims => claims["nonce"] = "other",
        ["no nonce"] = one => one.Claims = claims => claims.Remove("nonce"),
        ["another client's"] = one => one.Claims = claims => claims["aud"] = "other",
        ["two clients', of no party"] = one =>
            one.Claims = claims => claims["aud"] = new JsonArray("bartizan", "other"),
        ["another party's"] = one => one.Claims = claims => claims["azp"] = "other",
        ["another issuer's"] = one => one.Claims = claims => claims["iss"] = "https://evil.example",
        ["another token's hash"] = one => one.Claims = claims => claims["at_hash"] = new string('A', 22),
        ["over"] = one => one.Claims = claims => claims["exp"] = claims["iat"]!.GetValue<long>() - 3600,
        ["of tomorrow"] = one => one.Claims = claims => claims["iat"] = claims["iat"]!.GetValue<long>() + 86_400,
        ["of nobody"] = one => one.Claims = claims => claims.Remove("sub"),
        ["unsigned"] = one =>
            one.Sign = claims => $"{TokenForge.Text("""{"alg":"none"}""")}.{TokenForge.Text(claims.ToJsonString())}.",
        ["signed with the client's secret"] = one =>
            one.Sign = claims =>
            {
                var said =
                    $"{TokenForge.Text("""{"alg":"HS256","kid":"rsa"}""")}.{TokenForge.Text(claims.ToJsonString())}";
                return $"{said}.{TokenForge.Text(HMACSHA256.HashData(Encoding.ASCII.GetBytes(CodeProvider.Secret), Encoding.ASCII.GetBytes(said)))}";
            },
        ["signed by another's key"] = one =>
            one.Sign = claims =>
            {
                using var forge = new TokenForge();
                return forge.Sign(TokenForge.Head("ES256"), claims);
            },
        ["with a key of its own"] = one =>
            one.Sign = claims =>
            {
                using var forge = new TokenForge();
                var head = TokenForge.Head("ES256");
                head["jwk"] = forge.CurveKey();
                return forge.Sign(head, claims);
            },
        ["no token"] = one => one.Reply = reply => reply.Remove("id_token"),
        ["a token that is none"] = one => one.Reply = reply => reply["id_token"] = "a.b",
        ["a number for a token"] = one => one.Reply = reply => reply["id_token"] = 1,
        ["of no kind"] = one => one.Reply = reply => reply.Remove("token_type"),
        ["of another kind"] = one => one.Reply = reply => reply["token_type"] = "mac",
        ["elsewhere"] = one =>
            one.Instead = context =>
            {
                context.Response.Redirect($"{one.Issuer.Name}/jwks");
                return Task.CompletedTask;
            },
        ["elsewhere, with the code"] = one =>
            one.Instead = context =>
            {
                context.Response.StatusCode = 307;
                context.Response.Headers.Location = $"{one.Issuer.Name}/token?again";
                return Task.CompletedTask;
            },
        ["as a page"] = one => one.Instead = context => SayAsync(context, "text/html", "{}"),
        ["of no type"] = one => one.Instead = context => SayAsync(context, null, "{}"),
        ["no JSON"] = one => one.Instead = context => SayAsync(context, "application/json", "{"),
        ["a list"] = one => one.Instead = context => SayAsync(context, "application/json", "[]"),
        ["twice"] = one =>
            one.Instead = context =>
                SayAsync(context, "application/json", """{"id_token":"a","id_token":"b","token_type":"Bearer"}"""),
        ["huge"] = one =>
            one.Instead = context =>
                SayAsync(
                    context,
                    "application/json",
                    $$"""{"id_token":"{{new string('a', TokenEndpoint.MaxBytes)}}"}"""
                ),
        ["cut off"] = one =>
            one.Instead = context =>
            {
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = 1000;
                context.Abort();
                return Task.CompletedTask;
            },
        ["an error with tokens in it"] = one =>
            one.Instead = context =>
            {
                context.Response.StatusCode = 500;
                return SayAsync(context, "application/json", "{}");
            },
    };

    public static TheoryData<string> Answers => [.. s_answers.Keys];

    public static TheoryData<string> Tokens => [.. s_tokens.Keys];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_that_isnt_to_what_this_browser_asked_signs_nobody_in(string what)
    {
        await using var trip = await Trip.OpenAsync();
        var (address, mark) = await trip.BeginAsync();
        var answer = trip.Provider.SignIn(address, "248289", "ops");
        await trip.RefusedAsync(trip.EndAsync(s_answers[what](answer), mark), what);
    }

    [Theory]
    [MemberData(nameof(Tokens))]
    public async Task A_token_that_isnt_for_this_sign_in_signs_nobody_in(string what)
    {
        await using var trip = await Trip.OpenAsync();
        s_tokens[what](trip.Provider);
        await trip.RefusedAsync(trip.GoAsync("248289", "ops"), what);
    }

    [Fact]
    public async Task An_answer_in_another_browser_signs_nobody_in()
    {
        await using var trip = await Trip.OpenAsync();
        foreach (var mark in (string?[])[null, "", "made-up"])
        {
            var (address, _) = await trip.BeginAsync();
            var answer = trip.Provider.SignIn(address, "mallory", "ops");
            await trip.RefusedAsync(trip.EndAsync(answer, mark), $"{mark}");
        }

        var (mine, first) = await trip.BeginAsync();
        var (_, second) = await trip.BeginAsync();
        await trip.RefusedAsync(
            trip.EndAsync(trip.Provider.SignIn(mine, "mallory", "ops"), second),
            "another sign-in's"
        );
        await trip.RefusedAsync(
            trip.EndAsync(trip.Provider.SignIn(mine, "mallory", "ops"), $"{first}; {WebCookie.SigningIn}={first}"),
            "two cookies"
        );
    }

    [Fact]
    public async Task An_answer_counts_once_whatever_came_of_it()
    {
        await using var trip = await Trip.OpenAsync();
        var (address, mark) = await trip.BeginAsync();
        var answer = trip.Provider.SignIn(address, "248289", "ops");
        await trip.RefusedAsync(trip.EndAsync(With(answer, "iss", "https://evil.example"), mark), "first");
        await trip.RefusedAsync(trip.EndAsync(answer, mark), "again, now as it should be");
        var (other, theirs) = await trip.BeginAsync();
        answer = trip.Provider.SignIn(other, "248289", "ops");
        using (var good = await trip.EndAsync(answer, theirs))
        {
            good.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        }

        using var replayed = await trip.EndAsync(answer, theirs);
        replayed.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        trip.Provider.Redeemed.ShouldBe(1);
    }

    [Fact]
    public async Task Who_comes_back_too_late_isnt_signed_in()
    {
        await using var trip = await Trip.OpenAsync();
        var (address, mark) = await trip.BeginAsync();
        var answer = trip.Provider.SignIn(address, "248289", "ops");
        trip.Scene.Clock.Advance(CodeFlow.Lasts);
        await trip.RefusedAsync(trip.EndAsync(answer, mark), "late");
        trip.Provider.Redeemed.ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_code_of_somebody_elses_sign_in_is_no_use_even_where_verifiers_are_forgotten(bool forgets)
    {
        await using var trip = await Trip.OpenAsync();
        trip.Provider.ForgetsVerifiers = forgets;
        var (victims, _) = await trip.BeginAsync();
        var stolen = trip.Provider.SignIn(victims, "victim", "ops")["code"];
        var (own, mark) = await trip.BeginAsync();
        var answer = With(trip.Provider.SignIn(own, "mallory"), "code", stolen);
        await trip.RefusedAsync(trip.EndAsync(answer, mark), "injected");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[\"plain\"]")]
    [InlineData("[\"s256\"]")]
    [InlineData("\"S256\"")]
    [InlineData(null)]
    public async Task Without_PKCE_nothing_is_begun(string? methods)
    {
        await using var trip = await Trip.OpenAsync();
        trip.Provider.Said["code_challenge_methods_supported"] = methods is null ? null : JsonNode.Parse(methods);
        using var response = await trip.Scene.GetAsync("/auth/openid/begin");
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task An_issuer_that_comes_is_looked_at_where_the_provider_promised_none()
    {
        await using var trip = await Trip.OpenAsync();
        trip.Provider.Said["authorization_response_iss_parameter_supported"] = false;
        var (address, mark) = await trip.BeginAsync();
        var answer = trip.Provider.SignIn(address, "248289", "ops");
        await trip.RefusedAsync(trip.EndAsync(With(answer, "iss", "https://evil.example"), mark), "another");
        var (again, other) = await trip.BeginAsync();
        answer = trip.Provider.SignIn(again, "248289", "ops");
        answer.Remove("iss");
        using var response = await trip.EndAsync(answer, other);
        response.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
    }

    [Fact]
    public async Task A_provider_that_keeps_us_waiting_is_given_up()
    {
        await using var trip = await Trip.OpenAsync();
        trip.Provider.Instead = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var (address, mark) = await trip.BeginAsync();
        var waited = trip.Scene.Clock.WhenWaitedForAsync(TimeSpan.FromSeconds(10));
        var going = trip.EndAsync(trip.Provider.SignIn(address, "248289", "ops"), mark);
        await waited;
        trip.Scene.Clock.Advance(TimeSpan.FromSeconds(10));
        await trip.RefusedAsync(going, "slow");
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("///evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("/%2fevil.example")]
    [InlineData("/%2Fevil.example")]
    [InlineData("/%5cevil.example")]
    [InlineData("/%255cevil.example")]
    [InlineData("/%252fevil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\n/evil.example")]
    [InlineData("/\r\nSet-Cookie: a=b")]
    [InlineData(" //evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("evil.example")]
    [InlineData("@evil.example")]
    [InlineData("/@evil.example\u0000")]
    [InlineData("/v1/leave")]
    [InlineData("/auth/openid/begin")]
    [InlineData("/ⅼocal")]
    [InlineData("")]
    public async Task Nobody_is_sent_to_another_place_afterwards(string next)
    {
        await using var trip = await Trip.OpenAsync();
        var (address, mark) = await trip.BeginAsync(next);
        using var response = await trip.EndAsync(trip.Provider.SignIn(address, "248289"), mark);
        response.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        response.Headers.Location!.OriginalString.ShouldBe("/");
    }

    [Fact]
    public async Task A_session_from_before_is_over_and_its_name_isnt_taken_on()
    {
        await using var trip = await Trip.OpenAsync();
        var mallory = await trip.Scene.AddAndEnterAsync("mallory@example.com");
        var (address, mark) = await trip.BeginAsync();
        using var response = await trip.EndAsync(trip.Provider.SignIn(address, "victim", "ops"), mark, mallory);
        (await trip.MeAsync(response)).Person.ShouldBe("oidc:victim");
        using var planted = await trip.Scene.GetAsync("/v1/me", mallory);
        planted.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_answer_that_another_site_posts_isnt_taken()
    {
        await using var trip = await Trip.OpenAsync();
        using var response = await trip.Scene.SendAsync(
            HttpMethod.Post,
            "/auth/openid/callback",
            new { },
            request => request.Headers.Add("Origin", trip.Provider.Issuer.Name)
        );
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Who_begins_many_loses_their_own()
    {
        await using var trip = await Trip.OpenAsync();
        var (address, mark) = await trip.BeginAsync();
        for (var more = 0; more < SigningInBook.MaxOfPlace; more++)
        {
            trip.Scene.Clock.Advance(TimeSpan.FromSeconds(1));
            await trip.BeginAsync();
        }

        await trip.RefusedAsync(trip.EndAsync(trip.Provider.SignIn(address, "248289"), mark), "the oldest");
    }

    [Fact]
    public async Task What_is_refused_is_an_entry_without_any_text_of_the_answer()
    {
        await using var trip = await Trip.OpenAsync();
        using var response = await trip.EndAsync(
            [new("state", "PLANTED"), new("error", "PLANTED"), new("error_description", "PLANTED")],
            "PLANTED"
        );
        (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldNotContain("PLANTED");
        var entry = trip.Scene.Journal.Entries[^1];
        entry.Effect.ShouldBe(Core.Enforcement.Effect.Deny);
        entry.ToString().ShouldNotContain("PLANTED");
    }

    private static Dictionary<string, string> With(Dictionary<string, string> answer, string name, string value) =>
        new(answer) { [name] = value };

    private static async Task SayAsync(HttpContext context, string? type, string body)
    {
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body, context.RequestAborted);
    }
}
