using System.Net;

namespace Bartizan.Console.Tests.Attacks;

/// <summary>Forms that other sites send, and what every answer tells browsers.</summary>
public sealed class ForeignFormTests
{
    private const string Own = "own";

    [Theory]
    [InlineData(null, null)]
    [InlineData("null", null)]
    [InlineData("null", "cross-site")]
    [InlineData("https://evil.example", "same-origin")]
    [InlineData("https://evil.example", null)]
    [InlineData(null, "cross-site")]
    [InlineData(null, "same-site")]
    [InlineData(null, "none")]
    public async Task A_form_from_elsewhere_changes_nothing(string? origin, string? site)
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        host.Script!.Live = [Made.Session(1)];

        foreach (
            var path in (string[])
                [
                    $"/sessions/{Made.SessionId(1)}/kill",
                    "/switch/kill",
                    "/approvals/a-0123456789ab",
                    "/sign-in",
                    "/sign-out",
                    "/set-up",
                ]
        )
        {
            (await PostAsync(host, path, origin, site)).ShouldBe(HttpStatusCode.Forbidden, path);
        }

        host.Script.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Own, null)]
    [InlineData(null, "same-origin")]
    public async Task A_form_of_its_own_is_taken(string? origin, string? site)
    {
        await using var host = await ConsoleHost.ScriptedAsync();

        (await PostAsync(host, $"/sessions/{Made.SessionId(1)}/kill", origin, site)).ShouldBe(HttpStatusCode.OK);

        host.Script!.Asked.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/log")]
    [InlineData("/approvals")]
    [InlineData("/sessions/s-nothing")]
    [InlineData("/assets/live.js")]
    [InlineData("/assets/../secret")]
    public async Task Every_answer_tells_browsers_what_it_may_do(string path)
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        using var client = Visitor.Of(host);

        using var answer = await client.GetAsync(
            new Uri(path, UriKind.Relative),
            TestContext.Current.CancellationToken
        );

        if (answer.StatusCode != HttpStatusCode.NotFound || path.StartsWith("/sessions", StringComparison.Ordinal))
        {
            var policy = answer.Headers.GetValues("content-security-policy").Single();
            policy.ShouldContain("default-src 'none'");
            policy.ShouldContain("script-src 'self';");
            policy.ShouldContain("style-src 'self';");
            policy.ShouldContain("frame-ancestors 'none'");
            policy.ShouldContain("require-trusted-types-for 'script'");
            policy.ShouldNotContain("unsafe");
            answer.Headers.GetValues("x-content-type-options").Single().ShouldBe("nosniff");
        }
    }

    [Fact]
    public async Task A_form_larger_than_a_draft_is_refused()
    {
        await using var host = await ConsoleHost.ScriptedAsync();
        using var client = Visitor.Of(host);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/approvals/a-0123456789ab");
        request.Headers.Add("origin", host.Address.GetLeftPart(UriPartial.Authority));
        request.Content = new FormUrlEncodedContent([
            new("arguments", new string('x', 400_000)),
            new("answer", "edit"),
        ]);

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        ((int)answer.StatusCode).ShouldBeInRange(400, 413);
        host.Script!.Asked.ShouldBeEmpty();
    }

    private static async Task<HttpStatusCode> PostAsync(ConsoleHost host, string path, string? origin, string? site)
    {
        using var client = Visitor.Of(host);
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (origin is not null)
        {
            request.Headers.Add("origin", origin == Own ? host.Address.GetLeftPart(UriPartial.Authority) : origin);
        }

        if (site is not null)
        {
            request.Headers.Add("sec-fetch-site", site);
        }

        request.Content = new FormUrlEncodedContent([new("digest", "x"), new("answer", "approve"), new("reason", "r")]);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
