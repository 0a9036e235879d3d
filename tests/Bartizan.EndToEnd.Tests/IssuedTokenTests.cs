using System.Collections.Concurrent;
using System.Diagnostics;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Bartizan.Vault.Tests.Providers.GitHub;
using Bartizan.Vault.Tests.Providers.OAuth;
using Microsoft.AspNetCore.Http;

namespace Bartizan.EndToEnd.Tests;

/// <summary>An agent in its sandbox uses REST APIs by tokens that an OAuth server and GitHub issued for its session; it holds none.</summary>
public sealed class IssuedTokenTests
{
    private const string Curl = "curl -sS -x http://127.0.0.1:3128 --noproxy ''";

    [Fact]
    public async Task An_api_is_used_by_an_oauth_token_that_goes_with_the_session()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var api = await Api.StartAsync(token => there.Find(token)?.Scope == "orders.read");
        await using var scene = await Scene.OpenAsync();
        await SetAsync(scene, "idp/own", there.Wire.Url.Authority, OwnOAuth.Secret);
        Write(
            scene,
            api,
            $$"""idp: { kind: oauth, url: "{{there.Issuer}}", auth: { client: "{{OwnOAuth.Client}}" }, with: own }""",
            """
              own: { from: vault:idp/own }
              api: { from: "provider:idp/token#access_token", params: { scope: orders.read }, as: API_TOKEN, ttl: 15m }
            """
        );
        (await scene.BartizanAsync("check")).Code.ShouldBe(0, (await scene.BartizanAsync("check")).ToString());

        var run = await scene.RunAsync($"{Curl} -H \"Authorization: Bearer $API_TOKEN\" {api.At}/orders; env");

        run.Output.ShouldContain("WELCOME", customMessage: run.ToString());
        await GoneAsync(() => there.Tokens.Count == 0);
        await LeftNothingAsync(scene, run.ToString(), api, OwnOAuth.Secret);
        (await scene.LogAsync("kind:outcome")).ShouldContain(e =>
            (string?)e["credential"] == "provider:idp/token#access_token@1"
        );
    }

    [Fact]
    public async Task Issues_are_written_by_an_installations_token_and_a_killed_daemon_revokes_it_when_it_is_back()
    {
        await using var there = await OwnGitHub.StartAsync();
        await using var api = await Api.StartAsync(token => there.MayUseIssues(token, "shop", isWrite: true));
        await using var scene = await Scene.OpenAsync();
        var key = Convert.ToBase64String(there.Key.ExportPkcs8PrivateKey());
        await SetAsync(scene, "hub/key", there.Wire.Url.Authority, key);
        Write(
            scene,
            api,
            $$"""hub: { kind: github, url: "{{there.Wire.Origin}}", auth: { app: {{OwnGitHub.App}} }, with: own }""",
            $$"""
              own: { from: vault:hub/key }
              api: { from: "provider:hub/installations/{{OwnGitHub.Installation}}#token", params: { repositories: shop, permissions: "issues:write" } }
            """
        );
        await using var run = scene.StartRun(
            $"{Curl} -d '{{}}' {api.At}/repos/acme/shop/issues; echo THE END; sleep 600"
        );
        await run.SaysAsync("THE END");
        run.Output.ShouldContain("WELCOME");
        there.Tokens.Count.ShouldBe(1);
        using (var daemon = Process.GetProcessById((await scene.DaemonAsync())!.Value))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync();
        }

        var book = await File.ReadAllTextAsync(Path.Combine(scene.Home, "providers.json"));
        book.ShouldContain(OwnGitHub.App);
        book.ShouldNotContain(there.Tokens.Single().Key);
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);

        await GoneAsync(() => there.Tokens.Count == 0);
        await LeftNothingAsync(scene, run.Output, api, key);
    }

    [Fact]
    public async Task A_token_that_is_wider_than_the_manifest_says_is_a_finding_and_reaches_nobody()
    {
        await using var there = await OwnGitHub.StartAsync();
        there.MorePermission = ("administration", "write");
        await using var api = await Api.StartAsync(_ => true);
        await using var scene = await Scene.OpenAsync();
        await SetAsync(
            scene,
            "hub/key",
            there.Wire.Url.Authority,
            Convert.ToBase64String(there.Key.ExportPkcs8PrivateKey())
        );
        Write(
            scene,
            api,
            $$"""hub: { kind: github, url: "{{there.Wire.Origin}}", auth: { app: {{OwnGitHub.App}} }, with: own }""",
            $$"""
              own: { from: vault:hub/key }
              api: { from: "provider:hub/installations/{{OwnGitHub.Installation}}#token", params: { repositories: shop, permissions: "issues:write" } }
            """
        );

        var run = await scene.RunAsync($"{Curl} {api.At}/repos/acme/shop/issues");

        run.Output.ShouldContain("can't be had; the log says why");
        var finding = (await scene.LogAsync("kind:finding")).ShouldHaveSingleItem();
        ((string?)finding["detail"]).ShouldBe("wider-credential high 1");
        api.Shown.ShouldBeEmpty();
        there.Tokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_person_signs_in_on_another_device_and_agents_use_what_they_consented_to()
    {
        await using var there = await OwnOAuth.StartAsync();
        (there.Interval, there.IsPublic) = (1, true);
        there.Polls.Enqueue("authorization_pending");
        await using var api = await Api.StartAsync(token => there.Find(token)?.Scope == "orders.read");
        await using var scene = await Scene.OpenAsync();
        (await scene.BartizanAsync("vault", "init", "--key-file", Path.Combine(scene.Root, "vault.key"))).Code.ShouldBe(
            0
        );
        Write(
            scene,
            api,
            $$"""idp: { kind: oauth, url: "{{there.Issuer}}", auth: { client: "{{OwnOAuth.Client}}" }, refresh: again }""",
            """
              again: { from: vault:idp/refresh }
              api: { from: "provider:idp/token#access_token", params: { scope: orders.read } }
            """
        );

        var signedIn = await scene.BartizanAsync("providers", "sign-in", "idp");

        signedIn.Code.ShouldBe(0, signedIn.ToString());
        signedIn.Output.ShouldContain("/verify?user_code=WDJB-MJHT");
        signedIn.Output.ShouldContain("the refresh token is `idp/refresh` of the vault, for the agent `tried`");
        var first = there.RefreshTokens.Single();
        signedIn.ToString().ShouldNotContain(first);
        var run = await scene.RunAsync($"{Curl} {api.At}/orders");
        run.Output.ShouldContain("WELCOME", customMessage: (await scene.BartizanAsync("log")).ToString());
        var second = there.RefreshTokens.Single();
        second.ShouldNotBe(first);
        (await scene.BartizanAsync("down")).Code.ShouldBe(0);
        var again = await scene.RunAsync($"{Curl} {api.At}/orders; true");
        again.Output.ShouldContain("WELCOME", customMessage: (await scene.BartizanAsync("log")).ToString());
        there.RefreshTokens.Single().ShouldNotBe(second);
        (await scene.BartizanAsync("vault", "list")).Output.ShouldContain("idp/refresh");
        api.Shown.Distinct(StringComparer.Ordinal).Count().ShouldBe(2);
        await LeftNothingAsync(scene, run.ToString() + again, api, there.RefreshTokens.Single());
    }

    private static Task GoneAsync(Func<bool> gone) => Scene.UntilAsync(gone, "nothing stands there any more");

    private static async Task LeftNothingAsync(Scene scene, string said, Api api, string own)
    {
        var shown = api.Shown.Distinct(StringComparer.Ordinal).ToList();
        shown.ShouldNotBeEmpty();
        shown.ShouldAllBe(used => !said.Contains(used));
        await Scene.UntilAsync(
            () =>
                Path.Combine(scene.Home, "providers.json") is var book
                && (!File.Exists(book) || File.ReadAllText(book) == "[]"),
            "the book is empty"
        );
        await scene.BartizanAsync("down");
        foreach (var file in scene.Written())
        {
            var text = await File.ReadAllTextAsync(file);
            shown.ShouldAllBe(used => !text.Contains(used), file);
            text.ShouldNotContain(own, customMessage: file);
        }
    }

    private static async Task SetAsync(Scene scene, string path, string host, string value)
    {
        (await scene.BartizanAsync("vault", "init", "--key-file", Path.Combine(scene.Root, "vault.key"))).Code.ShouldBe(
            0
        );
        await using var set = scene.Start("vault", "set", path, "--host", host, "--agent", "tried");
        await set.Input.WriteAsync(value);
        set.Input.Close();
        (await set.EndAsync()).Code.ShouldBe(0);
    }

    private static void Write(Scene scene, Api api, string provider, string credentials)
    {
        scene.WriteManifest(
            rules: $$"""
              - allow: http * {{api.At}}/**
                with: api
                why: What it works with.
            hosts:
              localhost: { ca: {{api.Authority}} }
            """
        );
        File.WriteAllText(
            scene.ManifestPath,
            File.ReadAllText(scene.ManifestPath)
                .Replace(
                    "credentials:\n",
                    $"providers:\n  {provider}\ncredentials:\n{credentials.TrimEnd()}\n",
                    StringComparison.Ordinal
                )
        );
    }

    /// <summary>An API that takes whom its judge takes, and gives back what it was shown.</summary>
    private sealed class Api : IAsyncDisposable
    {
        private readonly TestAuthority _outside = new("Outside");
        private SecureServer _server = null!;

        public string At => $"https://localhost:{_server.Address.Port}";

        public string Authority => _outside.File;

        public ConcurrentQueue<string> Shown { get; } = new();

        public static async Task<Api> StartAsync(Func<string, bool> judge)
        {
            var api = new Api();
            api._server = await SecureServer.StartAsync(
                api._outside.Sign("localhost"),
                context => api.AnswerAsync(context, judge)
            );
            return api;
        }

        public async ValueTask DisposeAsync()
        {
            await _server.DisposeAsync();
            _outside.Dispose();
        }

        private async Task AnswerAsync(HttpContext context, Func<string, bool> judge)
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            var token = context.Request.Headers.Authorization.ToString().Replace("Bearer ", "");
            Shown.Enqueue(token);
            context.Response.StatusCode = judge(token) ? 200 : 401;
            await context.Response.WriteAsync(judge(token) ? $"WELCOME {token}\n" : "no\n");
        }
    }
}
