using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Client.People;
using Bartizan.Client.Sessions;
using Bartizan.Control.People;
using Microsoft.Playwright;

namespace Bartizan.Console.Tests;

/// <summary>A whole instance as a person has it: from the token that sets an account up to signing out, in a real browser over TLS.</summary>
public sealed class PeopleTests(Chromium chromium)
{
    private const string Bob = "bob@example.com";
    private const string Passphrase = "correct horse battery staple";

    [Fact]
    public async Task A_person_signs_in_edits_a_draft_approves_it_finds_it_proven_and_kills_the_session()
    {
        await using var mail = await ToolServer.StartAsync();
        await using var scene = await InstanceScene.OpenAsync(FreePort.Next(), $"people:\n  - {{ name: {Bob} }}\n");
        var attached = await scene.AttachAsync(
            $$"""
              - ask: tool mail/send
                approval: { by: {{Bob}} }
                why: Drafts are read before they leave.
            servers:
              mail: { url: "{{mail.Address}}" }
            """
        );
        var web = (await scene.Client.StatusAsync(TestContext.Current.CancellationToken)).Web.ShouldNotBeNull();
        await using var window = await chromium.OpenAsync(new Uri(web.Origin));
        await EnterAsync(scene, window, [new GrantLine("approver", ["*"]), new GrantLine("operator", ["*"])]);

        await Assertions.Expect(window.Page.Locator("#sessions")).ToContainTextAsync("watched@1");
        await Assertions.Expect(window.Page.Locator(".person")).ToHaveTextAsync(Bob);
        var call = CallAsync(attached, """{"to":"everybody@example.com","body":"Hello"}""");
        await Assertions.Expect(window.Page.Locator("#asks-number")).ToHaveTextAsync("1");
        await window.Page.ClickAsync("nav >> text=Approvals");
        await window.Page.ClickAsync(".ask");
        await Assertions.Expect(window.Page.Locator(".effect")).ToContainTextAsync("everybody@example.com");
        await window.Page.ClickAsync("text=Write the arguments anew");
        await window.Page.FillAsync("#arguments", """{"to":"carol@example.com","body":"Hello"}""");
        await window.Page.ClickAsync("text=Put these in their place");
        await Assertions.Expect(window.Page.Locator("h1")).ToHaveTextAsync("Answered");

        await window.Page.ClickAsync("text=To what waits");
        await Assertions.Expect(window.Page.Locator(".ask")).ToHaveCountAsync(1);
        await window.Page.ClickAsync(".ask");
        await Assertions.Expect(window.Page.Locator(".effect")).ToContainTextAsync("carol@example.com");
        await window.Page.ClickAsync("text=Approve exactly this");
        await Assertions.Expect(window.Page.Locator("h1")).ToHaveTextAsync("Answered");
        (await call).ShouldContain("It was sent.");
        mail.Sent.ShouldHaveSingleItem().ShouldBe("""{"to":"carol@example.com","body":"Hello"}""");

        await FindAsync(window, "kind:approval decision:allow", "tool mail/send");
        await window.Page.ClickAsync(".entries a >> nth=0");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("the proof holds");
        await KillAsync(window);
        (await scene.Client.SessionsAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
        await window.Page.ClickAsync("text=Sign out");
        await Assertions.Expect(window.Page.Locator("h1")).ToHaveTextAsync("Sign in");
        await window.GoAsync("/log");
        await Assertions.Expect(window.Page.Locator("h1")).ToHaveTextAsync("Sign in");
    }

    [Fact]
    public async Task A_viewer_of_another_agent_sees_nothing_of_this_one_and_throws_no_switch()
    {
        await using var scene = await InstanceScene.OpenAsync(FreePort.Next(), "people: []\n");
        var attached = await scene.AttachAsync();
        await scene.ThroughAsync(attached, "http://127.0.0.1:9/secret");
        var web = (await scene.Client.StatusAsync(TestContext.Current.CancellationToken)).Web.ShouldNotBeNull();
        await using var window = await chromium.OpenAsync(new Uri(web.Origin));
        await EnterAsync(scene, window, [new GrantLine("viewer", ["other-*"])]);

        await Assertions.Expect(window.Page.Locator("#live")).ToHaveTextAsync("live");
        (await window.Page.Locator("#sessions tbody tr").CountAsync()).ShouldBe(0);
        (await window.Page.Locator("text=Kill all…").CountAsync()).ShouldBe(0);
        await window.GoAsync("/log");
        (await window.Page.InnerTextAsync("main")).ShouldContain("No entry fits.");
        await window.GoAsync($"/sessions/{attached.Session}");
        (await window.Page.InnerTextAsync("main")).ShouldNotContain("secret");
        await window.GoAsync("/log/1");
        (await window.Page.InnerTextAsync("main")).ShouldContain("that you may see");
        await window.GoAsync("/switch/kill");
        (await window.Page.InnerTextAsync("main")).ShouldContain("No live session is meant by it.");
        (await scene.Client.SessionsAsync(TestContext.Current.CancellationToken)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_operator_of_some_agents_follows_a_session_of_theirs_and_kills_all_of_them()
    {
        await using var scene = await InstanceScene.OpenAsync(FreePort.Next(), "people: []\n");
        var attached = await scene.AttachAsync();
        var web = (await scene.Client.StatusAsync(TestContext.Current.CancellationToken)).Web.ShouldNotBeNull();
        await using var window = await chromium.OpenAsync(new Uri(web.Origin));
        await EnterAsync(scene, window, [new GrantLine("operator", ["watch*"])]);

        await window.Page.ClickAsync("#sessions a:text('watched@1')");
        await Assertions.Expect(window.Page.Locator("#live")).ToHaveTextAsync("live");
        (await scene.ThroughAsync(attached, "http://127.0.0.1:9/secret")).ShouldBe(HttpStatusCode.Forbidden);
        await Assertions
            .Expect(window.Page.Locator("#timeline [data-lane=network]"))
            .ToContainTextAsync("http GET http://127.0.0.1:9/secret");

        await window.GoAsync("/switch/kill");
        (await window.Page.InnerTextAsync("main")).ShouldContain("the agents that you may switch");
        await window.Page.ClickAsync("main button.danger");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("1 session killed");
        (await scene.Client.SessionsAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    [Fact]
    public async Task All_lists_nothing_that_its_person_may_only_see()
    {
        await using var scene = await InstanceScene.OpenAsync(FreePort.Next(), "people: []\n");
        await scene.AttachAsync();
        var web = (await scene.Client.StatusAsync(TestContext.Current.CancellationToken)).Web.ShouldNotBeNull();
        await using var window = await chromium.OpenAsync(new Uri(web.Origin));
        await EnterAsync(scene, window, [new GrantLine("viewer", ["*"]), new GrantLine("operator", ["other-*"])]);

        await Assertions.Expect(window.Page.Locator("#sessions")).ToContainTextAsync("watched@1");
        await window.GoAsync("/switch/kill");
        (await window.Page.InnerTextAsync("main")).ShouldContain("No live session is meant by it.");
    }

    [Fact]
    public async Task Who_has_no_role_is_told_so_and_can_sign_out()
    {
        await using var scene = await InstanceScene.OpenAsync(FreePort.Next(), "people: []\n");
        var web = (await scene.Client.StatusAsync(TestContext.Current.CancellationToken)).Web.ShouldNotBeNull();
        await using var window = await chromium.OpenAsync(new Uri(web.Origin));
        await EnterAsync(scene, window, [], "Not allowed");

        await Assertions.Expect(window.Page.Locator(".person")).ToHaveTextAsync(Bob);
        await window.Page.ClickAsync("text=Sign out");
        await Assertions.Expect(window.Page.Locator("h1")).ToHaveTextAsync("Sign in");
        var people = await scene.Client.PeopleAsync(
            new PeopleRequest { Verb = PeopleVerb.List },
            TestContext.Current.CancellationToken
        );
        people.People.ShouldHaveSingleItem().Sessions.ShouldBe(0);
    }

    private static async Task EnterAsync(
        InstanceScene scene,
        Window window,
        IReadOnlyList<GrantLine> grants,
        string title = "Sessions"
    )
    {
        var added = await scene.Client.PeopleAsync(
            new PeopleRequest
            {
                Verb = PeopleVerb.Add,
                Person = Bob,
                Grants = grants,
            },
            TestContext.Current.CancellationToken
        );
        await window.GoAsync("/");
        await Assertions.Expect(window.Page.Locator("h1")).ToHaveTextAsync("Sign in");
        await AccessibilityTests.InspectAsync(window, "sign-in");
        await window.Page.ClickAsync("text=Set up an account");
        await window.Page.FillAsync("#person", Bob);
        await window.Page.FillAsync("#token", added.Token!);
        await window.Page.ClickAsync("text=Go on");
        var secret = Bytes(await window.Page.InnerTextAsync("#secret"));
        await window.Page.FillAsync("#passphrase", Passphrase);
        await window.Page.FillAsync("#code", Code(0));
        await window.Page.ClickAsync("button.primary");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("It is set up.");
        await window.Page.ClickAsync("text=Sign in");
        await window.Page.FillAsync("#person", Bob);
        await window.Page.FillAsync("#passphrase", Passphrase);

        // The code of now was used to set up; that of the next step is taken, too.
        await window.Page.FillAsync("#code", Code(1));
        await window.Page.ClickAsync("button.primary");
        await Assertions.Expect(window.Page.Locator("h1")).ToHaveTextAsync(title);

        string Code(int later) => Totp.CodeOf(secret, Totp.StepAt(TimeProvider.System.GetUtcNow()) + later);
    }

    // A checkpoint is published every second: what was just written is looked for until it is proven.
    private static async Task FindAsync(Window window, string query, string what)
    {
        const int MaxLooks = 30;
        await window.Page.ClickAsync("nav >> text=Log");
        for (var look = 0; look < MaxLooks; look++)
        {
            await window.Page.FillAsync("#query", query);
            await window.Page.ClickAsync("text=Search");
            await Assertions.Expect(window.Page.Locator(".entries")).ToContainTextAsync(what);
            if (await window.Page.Locator(".badge[data-proof=signed]").CountAsync() > 0)
            {
                return;
            }
        }

        Assert.Fail("it is never proven");
    }

    private static async Task KillAsync(Window window)
    {
        await window.Page.ClickAsync("nav >> text=Sessions");
        await window.Page.ClickAsync("#sessions tbody a");
        await window.Page.ClickAsync("text=Kill…");
        await window.Page.ClickAsync("button.danger");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("killed, and nothing of it is left");
    }

    private static async Task<string> CallAsync(AttachReply attached, string arguments)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            Timeout = TimeSpan.FromMinutes(1),
        };
        using var opened = await SendAsync(
            client,
            attached,
            null,
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"""
        );
        var session = opened.EnsureSuccessStatusCode().Headers.GetValues("mcp-session-id").Single();
        using var answer = await SendAsync(
            client,
            attached,
            session,
            $$$"""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"send","arguments":{{{arguments}}}}}"""
        );
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        AttachReply attached,
        string? session,
        string body
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, attached.Endpoints.Mcp.Servers["mail"]);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.TryAddWithoutValidation("accept", "application/json, text/event-stream");
        request.Headers.TryAddWithoutValidation("authorization", $"Bearer {attached.Token}");
        if (session is not null)
        {
            request.Headers.TryAddWithoutValidation("mcp-session-id", session);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    // RFC 4648, section 6.
    private static byte[] Bytes(string base32)
    {
        var (bytes, bits, held) = (new List<byte>(), 0, 0);
        foreach (var letter in base32.Where(char.IsAsciiLetterOrDigit))
        {
            held = (held << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal);
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(held >> bits));
                held &= (1 << bits) - 1;
            }
        }

        return [.. bytes];
    }
}
