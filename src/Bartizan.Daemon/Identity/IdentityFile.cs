using System.Net;
using Bartizan.Client;
using Bartizan.Vault.Identity;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Bartizan.Daemon.Identity;

/// <summary>
/// <c>identity.yaml</c> of the state directory: who vouches for the agents of this instance. It isn't part of a manifest: who writes what
/// an agent may do doesn't choose whose name it goes by.
/// <code>
/// trust_domain: agents.example.com
/// issuer: https://id.example.com         # where a proxy passes requests on to, or, with `tls`, connections:
/// listen: 127.0.0.1:8476
/// tls: { certificate: id.pem, key: id-key.pem }
/// </code>
/// </summary>
internal sealed record IdentityFile(IdentityPlace Place, IPEndPoint? Listen, TlsFiles? Tls)
{
    public const string Name = "identity.yaml";

    private const int Invalid = 3;
    private const string HowTls = "`tls` names two files: `{ certificate: PATH, key: PATH }`";

    /// <summary>Reads the file; without one, or a line of it, the instance's own name is the trust domain and nothing is served.</summary>
    /// <exception cref="ControlException">When it has a mistake.</exception>
    public static IdentityFile Load(string home, string instance)
    {
        var path = Path.Combine(home, Name);
        try
        {
            var lines = File.Exists(path)
                ? new DeserializerBuilder()
                    .WithNamingConvention(UnderscoredNamingConvention.Instance)
                    .WithDuplicateKeyChecking()
                    .Build()
                    .Deserialize<Lines?>(File.ReadAllText(path))
                : null;
            return Read(path, lines ?? new Lines(), instance);
        }
        catch (YamlException e)
        {
            throw Wrong(path, $"line {e.Start.Line}: {e.InnerException?.Message ?? e.Message}");
        }
    }

    private static IdentityFile Read(string path, Lines lines, string instance)
    {
        var domain = lines.TrustDomain ?? Named(instance);
        if (!IdentityPlace.IsTrustDomain(domain))
        {
            throw Wrong(path, "`trust_domain` is lower-case letters, digits, `.`, `-` and `_`");
        }

        if (lines.Issuer is { } issuer && !IsIssuer(issuer))
        {
            throw Wrong(
                path,
                "`issuer` is `https://…`, or `http://` on loopback, without a query and without a slash at the end"
            );
        }

        IPEndPoint? listen = null;
        if (
            lines.Listen is { } text
            && !(IPEndPoint.TryParse(text, out listen) && IPAddress.IsLoopback(listen.Address) && listen.Port > 0)
        )
        {
            throw Wrong(path, "`listen` is an address of this machine with a port, such as `127.0.0.1:8476`");
        }

        return new IdentityFile(
            lines.Issuer is null ? IdentityPlace.Named(domain) : new IdentityPlace(domain, lines.Issuer),
            listen,
            ReadTls(path, lines)
        );
    }

    private static TlsFiles? ReadTls(string path, Lines lines)
    {
        if (lines.Tls is not { } tls)
        {
            // Who writes the key and leaves its lines out wants TLS; without it what is bound to certificates would be served in the clear.
            return lines.HasTls ? throw Wrong(path, HowTls) : null;
        }

        if (tls is not { Certificate.Length: > 0, Key.Length: > 0 } || $"{tls.Certificate}{tls.Key}".Contains('\0'))
        {
            throw Wrong(path, HowTls);
        }

        if (lines.Listen is null)
        {
            throw Wrong(path, "`tls` is for what `listen` serves, and there is no `listen`");
        }

        if (lines.Issuer?.StartsWith("http://", StringComparison.OrdinalIgnoreCase) == true)
        {
            throw Wrong(path, "with `tls` nothing is served in the clear, so `issuer` is `https://…`");
        }

        var home = Path.GetDirectoryName(path)!;
        return new TlsFiles(
            Path.GetFullPath(Path.Combine(home, tls.Certificate)),
            Path.GetFullPath(Path.Combine(home, tls.Key))
        );
    }

    // OpenID Connect Discovery 1.0, 3: the issuer is compared as text, and has neither query nor fragment.
    private static bool IsIssuer(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
        && url.Query.Length == 0
        && url.Fragment.Length == 0
        && url.UserInfo.Length == 0
        && !text.EndsWith('/');

    private static string Named(string instance) =>
        new([.. instance.ToLowerInvariant().Select(c => IdentityPlace.IsTrustDomain(c.ToString()) ? c : '.')]);

    private static ControlException Wrong(string path, string how) =>
        new(new ControlProblem(Invalid, $"`{path}` can't be read: {how}"));

    private sealed class Lines
    {
        public string? TrustDomain { get; set; }

        public string? Issuer { get; set; }

        public string? Listen { get; set; }

        public TlsLines? Tls
        {
            get;
            set => (field, HasTls) = (value, true);
        }

        [YamlIgnore]
        public bool HasTls { get; private set; }
    }

    private sealed class TlsLines
    {
        public string Certificate { get; set; } = "";

        public string Key { get; set; } = "";
    }
}
