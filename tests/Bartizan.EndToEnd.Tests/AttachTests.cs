using System.Net;
using System.Text;

namespace Bartizan.EndToEnd.Tests;

public sealed class AttachTests
{
    private static readonly SocketsHttpHandler Wire = new() { UseProxy = false };

    [Fact]
    public async Task Rules_on_files_need_a_sandbox_unless_a_person_accepts_to_go_without()
    {
        await using var scene = await Scene.OpenAsync();

        var refused = await scene.BartizanAsync("attach", "--json");
        refused.Code.ShouldBe(4, refused.ToString());
        refused.Error.ShouldContain("needs a sandbox");

        var accepted = await scene.BartizanAsync("attach", "--json", "--accept-unsandboxed");
        accepted.Code.ShouldBe(0, accepted.ToString());
        (await scene.LogAsync("kind:state"))
            .Select(e => e.ToJsonString())
            .ShouldContain(e => e.Contains("accepted without a sandbox"));
    }

    [Fact]
    public async Task A_model_call_by_token_reaches_the_upstream_with_the_providers_key()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(mode: "read-only", files: "");
        var attached = await AttachAsync(scene);

        var (status, body) = await attached.AskAsync();

        status.ShouldBe(200, body);
        body.ShouldContain("ANSWERED");
        scene.Upstream.Requests.Single().Headers["x-api-key"].ShouldBe(Scene.ProviderKey);
        (await attached.AskAsync("another")).Status.ShouldBe(401);
        (await attached.AskAsync("")).Status.ShouldBe(401);
        scene.Upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_export_lines_are_what_a_shell_takes()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(mode: "read-only", files: "");

        var attach = await scene.BartizanAsync("attach");
        attach.Code.ShouldBe(0, attach.ToString());
        await using var shell = Running.Start(
            scene.Command("bash", "-c", attach.Output + "\necho $BARTIZAN_SESSION $ANTHROPIC_BASE_URL $HTTPS_PROXY")
        );
        var end = await shell.EndAsync();

        end.Output.ShouldStartWith("s-");
        end.Output.ShouldContain("http://127.0.0.1:");
        end.Output.ShouldContain("http://session:");
    }

    [Fact]
    public async Task The_egress_proxy_takes_the_token_as_its_credentials_and_nothing_else()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(
            mode: "read-only",
            files: "",
            rules: $"""
              - allow: http GET http://127.0.0.1:{scene.Upstream.Url.Port}/**
                why: A server of the test.
            """
        );
        var attached = await AttachAsync(scene);
        var target = new Uri(scene.Upstream.Url, "/page");

        (await ThroughAsync(attached, attached.Token, target)).ShouldBe(HttpStatusCode.OK);
        (await ThroughAsync(attached, "wrong", target)).ShouldBe(HttpStatusCode.ProxyAuthenticationRequired);
        (await ThroughAsync(attached, null, target)).ShouldBe(HttpStatusCode.ProxyAuthenticationRequired);
        (await ThroughAsync(attached, attached.Token, new Uri("http://127.0.0.1:9/"))).ShouldBe(
            HttpStatusCode.Forbidden
        );
        scene.Upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_client_outside_asks_by_its_hook_and_whatever_is_no_yes_ends_in_2()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(
            mode: "read-only",
            files: "",
            rules: """
              - allow: exec id -u
                why: It looks who it is.
            """
        );
        var attached = Scene.Json(await scene.BartizanAsync("attach", "--json", "--accept-unsandboxed"));
        var hooks = attached["endpoints"]!["hooks"]!.GetValue<string>();
        var token = attached["token"]!.GetValue<string>();
        attached["endpoints"]!["gemini"]!
            .GetValue<string>()
            .ShouldBe(attached["endpoints"]!["anthropic"]!.GetValue<string>());

        (await AskAsync(hooks, token, "id -u")).Output.ShouldContain("\"allow\"");
        var refused = await AskAsync(hooks, token, "uname -a");
        refused.Output.ShouldContain("\"deny\"");
        refused.Output.ShouldContain("Bartizan refused");
        (await AskAsync(hooks, "guessed", "id -u")).Code.ShouldBe(2);
        (await AskAsync("http://127.0.0.1:1/hooks", token, "id -u")).Code.ShouldBe(2);
        (await AskAsync("", token, "id -u")).Code.ShouldBe(2);
        (await scene.BartizanAsync("kill", "--all")).Code.ShouldBe(0);
        (await AskAsync(hooks, token, "id -u")).Code.ShouldBe(2);

        async Task<Finished> AskAsync(string address, string key, string script)
        {
            var start = scene.Command("dotnet", Scene.Program, "hook", "claude-code");
            start.Environment["BARTIZAN_HOOKS"] = address;
            start.Environment["BARTIZAN_TOKEN"] = key;
            await using var hook = Running.Start(start);
            await hook.Input.WriteAsync(
                $$$"""{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"{{{script}}}"},"cwd":"/"}"""
            );
            hook.Input.Close();
            return await hook.EndAsync();
        }
    }

    [Fact]
    public async Task An_attached_session_ends_when_its_time_is_up()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(mode: "read-only", files: "");
        var attached = await AttachAsync(scene, "--ttl", "2s");

        await scene.QuietAsync();

        (await attached.AskAsync()).Status.ShouldBeOneOf(401, 403);
    }

    /// <summary>Opens an attached session.</summary>
    internal static async Task<Attached> AttachAsync(Scene scene, params string[] options)
    {
        var reply = await scene.BartizanAsync(["attach", "--json", .. options]);
        reply.Code.ShouldBe(0, reply.ToString());
        var json = Scene.Json(reply);
        return new Attached(
            json["session"]!.GetValue<string>(),
            json["token"]!.GetValue<string>(),
            new Uri(json["endpoints"]!["anthropic"]!.GetValue<string>()),
            new Uri(json["endpoints"]!["egress"]!.GetValue<string>())
        );
    }

    private static Task<HttpStatusCode> ThroughAsync(Attached attached, string? token, Uri target) =>
        ThroughAsync(attached, token, target, HttpMethod.Get);

    internal static async Task<HttpStatusCode> ThroughAsync(
        Attached attached,
        string? token,
        Uri target,
        HttpMethod method
    )
    {
        using var handler = new SocketsHttpHandler
        {
            Proxy = new WebProxy(attached.Egress)
            {
                Credentials = token is null ? null : new NetworkCredential("session", token),
                BypassProxyOnLocal = false,
            },
            UseProxy = true,
        };
        using var client = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(method, target);
        using var answer = await client.SendAsync(request, CancellationToken.None);
        return answer.StatusCode;
    }

    internal sealed record Attached(string Session, string Token, Uri Anthropic, Uri Egress)
    {
        public async Task<(int Status, string Body)> AskAsync(string? token = null)
        {
            using var client = new HttpMessageInvoker(Wire, disposeHandler: false);
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Anthropic, "/v1/messages"))
            {
                Content = new StringContent(
                    """{"model":"m1","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}""",
                    Encoding.UTF8,
                    "application/json"
                ),
            };
            request.Headers.TryAddWithoutValidation("x-api-key", token ?? Token);
            using var answer = await client.SendAsync(request, CancellationToken.None);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
    }
}
