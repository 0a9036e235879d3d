using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Sandbox.Clients;

namespace Bartizan.Sandbox.Tests.Clients;

public sealed class ClientProfileTests
{
    private const string Token = "bz_session_token";

    [Theory]
    [InlineData("claude-code")]
    [InlineData("codex")]
    [InlineData("generic")]
    public void Every_profile_is_made_out_without_a_place_left_open(string name)
    {
        var setup = Prepare(name);

        setup.Variables.Values.ShouldAllBe(v => !v.Contains('{'));
        setup.Files.ShouldAllBe(f => f.InsidePath.StartsWith("/home/agent/.", StringComparison.Ordinal));
        setup.Variables["HTTPS_PROXY"].ShouldBe("http://127.0.0.1:3128");
        setup.Variables["https_proxy"].ShouldBe("http://127.0.0.1:3128");
        setup.Variables["NO_PROXY"].ShouldContain("127.0.0.1");
        setup.TokenVariables.ShouldNotBeEmpty();
        setup.TokenVariables.ShouldAllBe(v => setup.Variables[v] == Token);
    }

    [Fact]
    public void Without_a_bundle_no_certificate_variable_is_set_and_with_one_all_are()
    {
        Prepare("generic").Variables.Keys.ShouldNotContain("NODE_EXTRA_CA_CERTS");
        Prepare("generic").Variables["JAVA_TOOL_OPTIONS"].ShouldNotContain("trustStore");

        var setup = ClientProfile
            .Named("generic")
            .SetUp(
                ClientEndpoints.Inside with
                {
                    Certificates = "/etc/ssl/b.pem",
                    Authority = "/etc/ssl/a.pem",
                    JavaTrustStore = "/etc/ssl/j.jks",
                },
                Token,
                model: null
            );

        setup.Variables["NODE_EXTRA_CA_CERTS"].ShouldBe("/etc/ssl/a.pem");
        setup.Variables["SSL_CERT_FILE"].ShouldBe("/etc/ssl/b.pem");
        setup.Variables["REQUESTS_CA_BUNDLE"].ShouldBe("/etc/ssl/b.pem");
        setup.Variables["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"].ShouldBe("/etc/ssl/b.pem");
        setup.Variables["JAVA_TOOL_OPTIONS"].ShouldContain(" -Djavax.net.ssl.trustStore=/etc/ssl/j.jks -D");
    }

    [Fact]
    public void Claude_gets_a_bearer_token_and_a_configuration_that_asks_nothing()
    {
        var setup = Prepare("claude-code");

        setup.Variables["ANTHROPIC_BASE_URL"].ShouldBe("http://127.0.0.1:8080");
        setup.Variables["ANTHROPIC_AUTH_TOKEN"].ShouldBe(Token);
        setup.Variables.Keys.ShouldNotContain("ANTHROPIC_API_KEY");
        var file = setup.Files.ShouldHaveSingleItem();
        file.InsidePath.ShouldBe("/home/agent/.claude/.claude.json");
        using var json = JsonDocument.Parse(file.Content);
        json.RootElement.GetProperty("projects")
            .GetProperty("/workspace")
            .GetProperty("hasTrustDialogAccepted")
            .GetBoolean()
            .ShouldBeTrue();
    }

    [Theory]
    [InlineData("claude-code")]
    [InlineData("codex")]
    [InlineData("generic")]
    public void A_client_sends_its_own_logs_only_where_they_are_asked_for(string name)
    {
        var silent = Prepare(name);
        var telling = ClientProfile.Named(name).SetUp(ClientEndpoints.Inside.TakingClaims(), Token, model: null);

        silent.Variables.Keys.ShouldNotContain(key => key.StartsWith("OTEL_", StringComparison.Ordinal));
        silent.Variables.GetValueOrDefault("CLAUDE_CODE_ENABLE_TELEMETRY", "0").ShouldBe("0");
        silent.Files.ShouldAllBe(f => !f.Content.Contains("v1/logs", StringComparison.Ordinal));
        telling.Variables["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"].ShouldBe("http://127.0.0.1:8080/v1/logs");
        telling.Variables["OTEL_EXPORTER_OTLP_LOGS_HEADERS"].ShouldBe($"x-api-key={Token}");
        telling.Variables["OTEL_LOGS_EXPORTER"].ShouldBe("otlp");
        telling.Variables.GetValueOrDefault("CLAUDE_CODE_ENABLE_TELEMETRY", "1").ShouldBe("1");
        if (name == "codex")
        {
            var file = telling.Files.ShouldHaveSingleItem();
            file.Content.ShouldContain("endpoint = \"http://127.0.0.1:8080/v1/logs\"");
            file.Content.ShouldNotContain("exporter = \"none\"");
        }
    }

    [Theory]
    [InlineData("claude-code", "\"url\": \"http://127.0.0.1:8081/mcp/{0}\"")]
    [InlineData("codex", "url = \"http://127.0.0.1:8081/mcp/{0}\"")]
    public void A_client_knows_each_tool_server_of_the_manifest_and_no_other(string name, string says)
    {
        var none = Prepare(name).Files.ShouldHaveSingleItem().Content;
        var endpoints = ClientEndpoints.Inside with { Servers = ["files", "git.hub"] };
        var two = ClientProfile.Named(name).SetUp(endpoints, Token, model: null).Files.ShouldHaveSingleItem().Content;

        none.ShouldNotContain("8081");
        foreach (var server in endpoints.Servers)
        {
            two.ShouldContain(says.Replace("{0}", server, StringComparison.Ordinal));
        }

        two.ShouldNotContain("{server");
        if (name == "claude-code")
        {
            var parsed = System.Text.Json.Nodes.JsonNode.Parse(two)!["mcpServers"]!.AsObject();
            parsed.Select(s => s.Key).ShouldBe(["files", "git.hub"]);
            System.Text.Json.Nodes.JsonNode.Parse(none)!["mcpServers"]!.AsObject().Count.ShouldBe(0);
        }
    }

    [Fact]
    public void Codex_gets_the_gateway_as_its_provider()
    {
        var file = Prepare("codex").Files.ShouldHaveSingleItem();

        file.Writable.ShouldBeFalse();
        file.Content.ShouldContain("base_url = \"http://127.0.0.1:8080/v1\"");
        file.Content.ShouldContain("supports_websockets = false");
        file.Content.ShouldNotContain(Token);
    }

    [Fact]
    public void What_a_manifest_sets_never_leads_past_the_gateways()
    {
        var manifest = ImmutableDictionary<string, string>
            .Empty.Add("ANTHROPIC_BASE_URL", "https://elsewhere.example")
            .Add("ANTHROPIC_API_KEY", "sk-real")
            .Add("CLAUDE_CODE_USE_BEDROCK", "1")
            .Add("https_proxy", "http://elsewhere.example")
            .Add("ANTHROPIC_MODEL", "claude-x")
            .Add("LANG", "C.UTF-8");

        var variables = Prepare("claude-code").Over(manifest, out var dropped);

        dropped.ShouldBe(["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "CLAUDE_CODE_USE_BEDROCK", "https_proxy"]);
        variables["ANTHROPIC_BASE_URL"].ShouldBe("http://127.0.0.1:8080");
        variables["ANTHROPIC_MODEL"].ShouldBe("claude-x");
        variables["LANG"].ShouldBe("C.UTF-8");
        variables.Keys.ShouldNotContain("ANTHROPIC_API_KEY");
    }

    [Fact]
    public void A_client_that_chooses_by_what_is_set_sees_the_wires_of_its_manifest_only()
    {
        var setup = ClientProfile.Named("generic").SetUp(ClientEndpoints.Inside, Token, model: null, ModelApi.OpenAI);

        setup.Variables["OPENAI_API_KEY"].ShouldBe(Token);
        setup.Variables.Keys.ShouldNotContain("ANTHROPIC_API_KEY");
        setup.Variables.Keys.ShouldNotContain("ANTHROPIC_BASE_URL");
    }

    [Fact]
    public void A_name_that_is_no_profile_is_none()
    {
        ClientProfile.Find("common").ShouldBeNull();
        ClientProfile.Find("../x").ShouldBeNull();
        Should.Throw<ArgumentException>(() => ClientProfile.Named("vim")).Message.ShouldContain("`claude-code`");
    }

    private static ClientSetup Prepare(string name) =>
        ClientProfile.Named(name).SetUp(ClientEndpoints.Inside, Token, model: null);
}
