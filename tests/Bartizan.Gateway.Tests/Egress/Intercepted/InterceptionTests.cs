using System.Net;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Gateway.Tests.Egress.Intercepted;

/// <summary>Where a rule is finer than its https host, each request is decided alone.</summary>
public sealed class InterceptionTests
{
    private static readonly string[] Rule = ["allow: http GET https://api.example/repos/**"];

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task What_a_rule_names_passes_and_the_rest_is_refused_with_a_reason(string version)
    {
        await using var house = await InterceptedHouse.OpenAsync(Rule);
        using var client = house.Client(Version.Parse(version));

        (await client.GetStringAsync("https://api.example/repos/a?b=c").Soon()).ShouldBe("hello");
        using var other = await client.GetAsync("https://api.example/user").Soon();
        using var written = await client.PostAsync("https://api.example/repos/a", new StringContent("x")).Soon();

        other.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await other.Content.ReadAsStringAsync()).ShouldContain(
            "bartizan refused `http GET https://api.example:443/user`"
        );
        other.Headers.GetValues("X-Bartizan-Rule").Single().ShouldBe("allow: http GET https://api.example/user");
        written.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        house
            .Server!.Asked.ShouldHaveSingleItem()
            .ShouldBe($"GET /repos/a?b=c HTTP/{(version == "2.0" ? "2" : version)}");
        var refused = house.House.Host.Entries.Where(e => e.Kind == EntryKind.Refusal).Select(e => e.Target);
        refused.ShouldBe(["GET https://api.example:443/user", "POST https://api.example:443/repos/a"]);
        (await house.House.Host.OutcomeAsync(OutcomeKind.Done)).Target.ShouldBe("GET https://api.example:443/repos/a");
    }

    [Fact]
    public async Task Nothing_is_dialed_before_a_request_was_granted()
    {
        await using var house = await InterceptedHouse.OpenAsync(Rule);
        using var client = house.Client();

        using var refused = await client.GetAsync("https://api.example/user").Soon();

        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        house.House.Network.Asked.ShouldBeEmpty();
        house.House.Network.Dialed.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_connect_rule_opens_no_tunnel_where_requests_are_looked_at()
    {
        await using var house = await InterceptedHouse.OpenAsync([
            "allow: connect *.example:443",
            "deny: http DELETE https://api.example/**",
        ]);

        var answer = await house.House.AskAsync("CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n");

        answer.ShouldStartWith("HTTP/1.1 403");
        answer.ShouldContain("no `http` rule allows any");
        (await house.House.Host.RefusalAsync()).Target.ShouldBe("api.example:443");
        house.House.Network.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_denial_is_held_where_everything_else_of_the_host_is_allowed()
    {
        await using var house = await InterceptedHouse.OpenAsync([
            "allow: http * https://api.example/**",
            "deny: http DELETE https://api.example/**",
        ]);
        using var client = house.Client();

        (await client.GetStringAsync("https://api.example/any").Soon()).ShouldBe("hello");
        using var deleted = await client.DeleteAsync("https://api.example/any").Soon();

        deleted.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        house.Server!.Asked.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Captured_tls_is_looked_into_as_well()
    {
        await using var house = await InterceptedHouse.OpenAsync(Rule);
        await house.House.AskDnsAsync(Question.Of("api.example"));
        using var wire = await Wire.OpenAsync(house.House.TlsAddress);
        await using var stream = await house.SpeakAsync(wire.Socket, "api.example");

        await stream.WriteAsync("GET /repos/x HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream);

        (await reader.ReadToEndAsync().Soon()).ShouldEndWith("hello\r\n0\r\n\r\n");
        house.Server!.Asked.ShouldHaveSingleItem();
    }
}
