using System.Text.Json.Nodes;
using Bartizan.Core.Tests.Identity;
using Bartizan.Vault.Tests.Identity.OpenId;

namespace Bartizan.EndToEnd.Tests;

/// <summary>A session that acts for an end user, from the token to the erasure, by the built program and a provider on loopback.</summary>
public sealed class AttachedUserTests : IAsyncLifetime
{
    private const string Subject = "248289761001";

    private Scene _scene = null!;
    private OwnProvider _provider = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await OwnProvider.StartAsync();
        _scene = await Scene.OpenAsync();
        Write($"oidc: \"{_provider.Issuer.Name}\", audience: {TokenForge.Client}, user: {{ region: region }}");
    }

    public async ValueTask DisposeAsync()
    {
        await _scene.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Rules_test_what_the_issuer_says_and_without_a_user_nothing_is_known()
    {
        var european = await AttachAsync(Token("eu"));
        var american = await AttachAsync(Token("us"));
        var unsaid = await AttachAsync(Token(null));
        var nobody = await AttachTests.AttachAsync(_scene);

        (await european.AskAsync()).Status.ShouldBe(200);
        (await american.AskAsync()).Status.ShouldBe(403);
        (await unsaid.AskAsync()).Status.ShouldBe(403);
        (await nobody.AskAsync()).Status.ShouldBe(403, "whoever starts it isn't whom it answers");
    }

    [Fact]
    public async Task Entries_name_the_user_by_a_pseudonym_and_the_book_finds_it()
    {
        var token = Token("eu");
        var session = await AttachAsync(token);
        (await session.AskAsync()).Status.ShouldBe(200);

        var entries = await _scene.LogAsync($"user:{Subject}");

        var people = entries.Select(e => e["person"]!.GetValue<string>()).Distinct().ToList();
        people.Count.ShouldBe(1);
        people[0].ShouldStartWith("user:");
        entries.ShouldContain(e => e["kind"]!.GetValue<string>() == "intent");
        (await _scene.LogAsync($"person:{people[0]}")).Count.ShouldBe(entries.Count);
        Stands(Subject).ShouldBe([Path.Combine(_scene.Home, "users.jsonl")], "only the book says who it is");
        Stands(token.Split('.')[2]).ShouldBeEmpty("the token stands nowhere");
    }

    [Fact]
    public async Task A_token_that_isnt_good_opens_nothing_and_is_an_entry()
    {
        using var other = new TokenForge();
        var bad = new (string Token, string Says)[]
        {
            (Token("eu", forge: other), "no key of its issuer signed it"),
            (Token("eu", change: c => c["aud"] = "billing"), "isn't meant for"),
            (Token("eu", change: c => c["iss"] = "https://login.example"), "isn't of the issuer"),
            (Token("eu", change: c => c["exp"] = c["iat"]!.GetValue<long>() - 1), "it ends before it was issued"),
            ("not a token", "no signed token"),
        };
        foreach (var (token, says) in bad)
        {
            var refused = await TryAsync(token);
            refused.Code.ShouldBe(4, refused.ToString());
            refused.Error.ShouldContain(says);
            refused.Error.ShouldNotContain(token);
        }

        (await _scene.SessionsAsync()).Count.ShouldBe(0);
        (await _scene.LogAsync("user token refused")).Count.ShouldBe(bad.Length);

        Write("anonymous: nobody signs in here");
        var without = await TryAsync(Token("eu"));
        without.Code.ShouldBe(4, without.ToString());
        without.Error.ShouldContain("names no issuer");
    }

    [Fact]
    public async Task A_token_comes_from_a_file_or_standard_input_and_never_from_the_command_line()
    {
        await using var running = _scene.Start("attach", "--json", "--user-token", "-");
        await running.Input.WriteLineAsync(Token("eu"));
        running.Input.Close();
        var reply = await running.EndAsync();

        reply.Code.ShouldBe(0, reply.ToString());
        Scene.Json(reply)["user"]!.GetValue<string>().ShouldStartWith("user:");
        var given = await _scene.BartizanAsync("attach", "--user-token", Token("eu"));
        given.Code.ShouldBe(2, given.ToString());
        (await _scene.BartizanAsync("attach", "--user-token", "-")).Code.ShouldBe(2, "nothing was on its input");
    }

    [Fact]
    public async Task The_session_ends_with_its_users_token()
    {
        // Started first: what the token lives is the session's.
        (await _scene.BartizanAsync("up")).Code.ShouldBe(0);
        var session = await AttachAsync(Token("eu", life: 8));

        await _scene.QuietAsync();

        (await session.AskAsync()).Status.ShouldBeOneOf(401, 403);
        (await _scene.LogAsync("kind:state"))
            .Select(e => e.ToJsonString())
            .ShouldContain(e =>
                e.Contains("its user's token is over", StringComparison.Ordinal)
                || e.Contains("its user\\u0027s token is over", StringComparison.Ordinal)
            );
    }

    [Fact]
    public async Task An_erased_user_is_found_nowhere_and_is_another_when_they_come_again()
    {
        var session = await AttachAsync(Token("eu"));
        (await session.AskAsync()).Status.ShouldBe(200);
        var person = (await _scene.LogAsync($"user:{Subject}"))[0]["person"]!.GetValue<string>();
        await File.WriteAllTextAsync(
            Path.Combine(_scene.Home, "people.yaml"),
            "people: []\nalone: one person runs this machine\n"
        );
        var early = await _scene.BartizanAsync("log", "erase", "--user", Subject, "--why", "request 42");
        early.Code.ShouldBe(4, "the session lives: " + early);
        (await _scene.BartizanAsync("kill", "--all")).Code.ShouldBe(0);
        await _scene.QuietAsync();

        var erased = await _scene.BartizanAsync("log", "erase", "--user", Subject, "--why", "request 42");

        erased.Code.ShouldBe(0, erased.ToString());
        Stands(Subject).ShouldBeEmpty();
        (await _scene.LogAsync($"user:{Subject}")).ShouldBeEmpty();
        (await _scene.LogAsync($"person:{person}")).ShouldNotBeEmpty(
            "the entries stay, and nobody can tell whose they are"
        );
        (await _scene.LogAsync("user forgotten")).ShouldNotBeEmpty();
        (await _scene.BartizanAsync("log", "verify")).Code.ShouldBe(0);
        await _scene.BartizanAsync("resume", "--all");
        await AttachAsync(Token("eu"));
        (await _scene.LogAsync($"user:{Subject}"))[0]["person"]!.GetValue<string>().ShouldNotBe(person);
    }

    private void Write(string callers) =>
        _scene.WriteManifest(
            mode: "read-only",
            files: "",
            run: $"serve:\n  callers: {{ {callers} }}",
            rules: callers.StartsWith("anonymous", StringComparison.Ordinal)
                ? ""
                : """
                  - deny: model up/m1
                    when: user.region != "eu"
                    why: Its users are in Europe.
                """
        );

    private string Token(string? region, TokenForge? forge = null, int life = 600, Action<JsonObject>? change = null)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = TokenForge.Claims();
        claims["iss"] = _provider.Issuer.Name;
        claims["iat"] = now;
        claims["exp"] = now + life;
        claims["region"] = region;
        change?.Invoke(claims);
        return (forge ?? _provider.Forge).Sign(TokenForge.Head("ES256"), claims);
    }

    private async Task<AttachTests.Attached> AttachAsync(string token)
    {
        var file = Path.Combine(_scene.Root, "token");
        await File.WriteAllTextAsync(file, token + "\n");
        return await AttachTests.AttachAsync(_scene, "--user-token", file);
    }

    private async Task<Finished> TryAsync(string token)
    {
        var file = Path.Combine(_scene.Root, "token");
        await File.WriteAllTextAsync(file, token);
        return await _scene.BartizanAsync("attach", "--json", "--user-token", file);
    }

    // The files of the instance that hold a text.
    private List<string> Stands(string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        return
        [
            .. Directory
                .EnumerateFiles(_scene.Home, "*", SearchOption.AllDirectories)
                .Where(file =>
                    !file.EndsWith(".sock", StringComparison.Ordinal)
                    && !file.EndsWith("lock", StringComparison.Ordinal)
                )
                .Where(file => File.ReadAllBytes(file).AsSpan().IndexOf(bytes) >= 0),
        ];
    }
}
