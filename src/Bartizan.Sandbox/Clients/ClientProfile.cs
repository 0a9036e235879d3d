using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Sandbox.Clients;

/// <summary>
/// What a client needs to run behind the gateways without being asked anything: variables and generated files. What its
/// tools are in the words of the house is told by <c>Bartizan.Core.Shell.ClientTools</c>. It is data (<c>Profiles/*.json</c>): a new
/// client is a new file. What comes in is a name, the
/// endpoints and the session token; what goes out is a <see cref="ClientSetup"/>. It holds no key of any provider.
/// </summary>
public sealed class ClientProfile
{
    private const string ServersLine = "{servers}";

    private const string Folder = "Bartizan.Sandbox.Clients.Profiles.";

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectRequiredConstructorParameters = false,
    };

    private readonly ProfileText _text;

    private ClientProfile(ProfileText text) => _text = text;

    /// <summary>The names of the profiles.</summary>
    public static ImmutableArray<string> Names { get; } = ["claude-code", "codex", "gemini", "generic"];

    /// <summary>The profile's name, as a manifest's <c>run.client</c> has it.</summary>
    public string Name => _text.Name;

    /// <summary>The profile of this name; null when there is none.</summary>
    public static ClientProfile? Find(string name)
    {
        if (!Names.Contains(name))
        {
            return null;
        }

        var text = Load(name);
        if (text.Includes is not { } included)
        {
            return new ClientProfile(text);
        }

        var common = Load(included);
        return new ClientProfile(
            text with
            {
                Variables = common.Variables.SetItems(text.Variables),
                Reserved = [.. common.Reserved, .. text.Reserved],
            }
        );
    }

    /// <summary>The profile that a manifest names.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static ClientProfile Named(string name) =>
        Find(name)
        ?? throw new ArgumentException(
            $"there is no client profile `{name}`; there are {string.Join(", ", Names.Select(n => $"`{n}`"))}",
            nameof(name)
        );

    /// <summary>Makes the profile out for one session.</summary>
    /// <param name="endpoints">Where the gateways are.</param>
    /// <param name="token">The session token: all that the agent ever holds.</param>
    /// <param name="model">The model that the person has chosen for the client; null for the client's own choice.</param>
    /// <param name="apis">
    /// The wires for which the manifest has an upstream; a client that chooses its provider by what is set sees only these. None:
    /// all of them.
    /// </param>
    public ClientSetup SetUp(
        ClientEndpoints endpoints,
        string token,
        string? model,
        params ImmutableArray<ModelApi> apis
    )
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var egress = new Uri(endpoints.Egress);
        var anthropic = apis.IsDefaultOrEmpty || apis.Contains(ModelApi.Anthropic);
        var openAI = apis.IsDefaultOrEmpty || apis.Contains(ModelApi.OpenAI);
        var gemini = apis.IsDefaultOrEmpty || apis.Contains(ModelApi.Gemini);
        var places = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["{anthropic}"] = endpoints.Anthropic,
            ["{anthropic?}"] = anthropic ? endpoints.Anthropic : null,
            ["{anthropicToken?}"] = anthropic ? token : null,
            ["{openai}"] = endpoints.OpenAI,
            ["{openai?}"] = openAI ? endpoints.OpenAI : null,
            ["{openaiToken?}"] = openAI ? token : null,
            ["{gemini}"] = endpoints.Gemini,
            ["{gemini?}"] = gemini ? endpoints.Gemini : null,
            ["{geminiToken?}"] = gemini ? token : null,
            ["{egress}"] = endpoints.Egress,
            ["{egressHost}"] = egress.Host,
            ["{egressPort}"] = egress.Port.ToString(),
            ["{ca}"] = endpoints.Certificates,
            ["{authority}"] = endpoints.Authority,
            ["{javaTrust}"] = endpoints.JavaTrustStore is { } store
                ? $" -Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStoreType=JKS"
                : "",
            ["{claims?}"] = endpoints.Claims,
            ["{claimsToken?}"] = endpoints.Claims is null ? null : token,
            ["{ifClaims?}"] = endpoints.Claims is null ? null : "",
            ["{ifNoClaims?}"] = endpoints.Claims is null ? "" : null,
            ["{ifAsksFirst?}"] = endpoints.AsksFirst ? "" : null,
            ["{bridge}"] = endpoints.Bridge,
            ["{tools?}"] = endpoints.Bridge is null ? null : endpoints.Tools.TrimEnd('/'),
            ["{toolsToken?}"] = endpoints.Bridge is null ? null : token,
            ["{isClaiming}"] = endpoints.Claims is null ? "0" : "1",
            ["{token}"] = token,
            ["{model?}"] = model,
            ["{home}"] = SandboxPaths.Home,
            ["{workspace}"] = SandboxPaths.Workspace,
        };
        var variables = _text
            .Variables.Select(v => (v.Key, Value: Fill(v.Value, places)))
            .Where(v => v.Value is not null)
            .ToImmutableDictionary(v => v.Key, v => v.Value!);
        var files = _text
            .Files.Select(f => (File: f, Path: Fill(f.Path, places)))
            .Where(f => f.Path is not null)
            .Select(f => new ClientFile(
                f.Path!,
                string.Concat(
                    f.File.Lines.SelectMany(line => LinesOf(line, endpoints, places)).Select(line => line + "\n")
                ),
                f.File.Writable
            ));
        var tokens = variables.Where(v => v.Value == token).Select(v => v.Key);
        return new ClientSetup(variables, [.. files], [.. tokens.Order(StringComparer.Ordinal)], _text.Reserved);
    }

    private IEnumerable<string?> LinesOf(string line, ClientEndpoints endpoints, Dictionary<string, string?> places)
    {
        if (line != ServersLine)
        {
            return [Fill(line, places)];
        }

        var last = endpoints.Servers.Length - 1;
        return endpoints.Servers.SelectMany(
            (server, index) =>
                (endpoints.Bridge is null ? _text.Server : _text.Bridged).Select(one =>
                    Fill(
                        one.Replace("{server}", server, StringComparison.Ordinal)
                            .Replace("{serverUrl}", endpoints.Tools + server, StringComparison.Ordinal)
                            .Replace("{comma}", index == last ? "" : ",", StringComparison.Ordinal),
                        places
                    )
                )
        );
    }

    /// <summary>Null when the text needs a place that has no value: the variable is then left out.</summary>
    private static string? Fill(string text, Dictionary<string, string?> places)
    {
        foreach (var (place, value) in places)
        {
            if (!text.Contains(place, StringComparison.Ordinal))
            {
                continue;
            }

            if (value is null)
            {
                return null;
            }

            text = text.Replace(place, value, StringComparison.Ordinal);
        }

        return text;
    }

    private static ProfileText Load(string name)
    {
        using var stream =
            typeof(ClientProfile).Assembly.GetManifestResourceStream($"{Folder}{name}.json")
            ?? throw new InvalidOperationException($"the client profile `{name}` is missing from the program");
        return JsonSerializer.Deserialize<ProfileText>(stream, Strict)!;
    }
}
