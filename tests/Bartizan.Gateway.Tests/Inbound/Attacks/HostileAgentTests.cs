using System.Net;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Tests.Model;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Inbound.Attacks;

/// <summary>Agents that were fooled into harming those who ask them.</summary>
public sealed class HostileAgentTests
{
    [Theory]
    [InlineData("content-security-policy", "default-src *")]
    [InlineData("content-security-policy-report-only", "default-src *; report-uri https://evil.example")]
    [InlineData("x-frame-options", "ALLOWALL")]
    [InlineData("x-content-type-options", "none")]
    [InlineData("referrer-policy", "unsafe-url")]
    [InlineData("cross-origin-opener-policy", "unsafe-none")]
    [InlineData("access-control-allow-origin", "*")]
    [InlineData("access-control-allow-credentials", "true")]
    [InlineData("server", "agent/1.0")]
    [InlineData("x-powered-by", "agent")]
    [InlineData("alt-svc", "h3=\"evil.example:443\"")]
    [InlineData("location", "https://evil.example/?secret")]
    [InlineData("location", "//evil.example")]
    [InlineData("location", "/\\evil.example")]
    [InlineData("location", "/\t/evil.example")]
    [InlineData("refresh", "0; url=https://evil.example")]
    [InlineData("link", "<https://evil.example>; rel=preload")]
    [InlineData("set-cookie", "a=b; Domain=example.com")]
    [InlineData("set-cookie", "bartizan-console=stolen")]
    [InlineData("cache-control", "public, s-maxage=3600")]
    [InlineData("service-worker-allowed", "/")]
    [InlineData("www-authenticate", "Basic realm=\"give me\"")]
    [InlineData("strict-transport-security", "max-age=0")]
    [InlineData("bartizan-request", "of-somebody-else")]
    [InlineData("x-leak", "secret")]
    public async Task What_an_agent_says_of_security_or_of_other_places_passes_nowhere(string name, string value)
    {
        await using var house = await InboundHouse.StartAsync();
        house.Agent.Answer = context =>
        {
            context.Response.Headers[name] = value;
            return ScriptedUpstream.JsonAsync(context, "{}");
        };

        using var answer = await house.AskAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.Concat(answer.Content.Headers).SelectMany(one => one.Value).ShouldNotContain(value);
        answer.Headers.GetValues("content-security-policy").Single().ShouldContain("default-src 'none'");
        answer.Headers.GetValues("x-frame-options").Single().ShouldBe("DENY");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task A_cookie_of_the_agents_own_host_passes_and_stays_on_its_site()
    {
        await using var house = await InboundHouse.StartAsync();
        house.Agent.Answer = context =>
        {
            context.Response.Headers.SetCookie = "talk=1; Path=/; HttpOnly; SameSite=None";
            return ScriptedUpstream.JsonAsync(context, "{}");
        };

        using var answer = await house.AskAsync();

        answer.Headers.GetValues("set-cookie").Single().ShouldBe("talk=1; Path=/; HttpOnly; SameSite=Lax");
    }

    [Fact]
    public async Task A_packed_answer_is_not_passed_on()
    {
        await using var house = await InboundHouse.StartAsync();
        house.Agent.Answer = context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return ScriptedUpstream.JsonAsync(context, "{}");
        };

        using var answer = await house.AskAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut()
    {
        await using var house = await InboundHouse.StartAsync(serve: "  limits: { response: 64KiB }");
        house.Agent.Answer = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(new byte[8192], context.RequestAborted);
            }
        };

        await Should.ThrowAsync<Exception>(async () =>
        {
            using var answer = await house.AskAsync();
            await answer.Content.ReadAsByteArrayAsync();
        });

        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Cut);
    }

    [Fact]
    public async Task An_agent_that_never_answers_has_its_time()
    {
        await using var house = await InboundHouse.StartAsync(serve: "  limits: { first_byte: 1s }");
        house.Agent.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);

        using var answer = await house.AskAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
    }

    [Fact]
    public async Task An_answer_that_ends_too_soon_is_not_passed_on_as_whole()
    {
        await using var house = await InboundHouse.StartAsync();
        house.Agent.Answer = async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            context.Abort();
        };

        // Where nothing had passed yet it is told, where something had the connection is cut.
        var whole = false;
        try
        {
            using var answer = await house.AskAsync();
            await answer.Content.ReadAsByteArrayAsync();
            whole = answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            whole = false;
        }

        whole.ShouldBeFalse();
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Failed);
    }
}
