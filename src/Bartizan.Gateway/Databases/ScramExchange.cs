using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Databases;

/// <summary>
/// The client of SCRAM-SHA-256, bound to the TLS channel where the server offers that. It knows the salt and the rounds that the server was
/// given with the role, so that a server that asks with others is another one, and learns nothing.
/// </summary>
internal sealed class ScramExchange(IDatabaseRole role, byte[]? channel)
{
    /// <summary>Without a channel.</summary>
    public const string Plain = "SCRAM-SHA-256";

    /// <summary>Bound to one.</summary>
    public const string Bound = "SCRAM-SHA-256-PLUS";

    private const int NonceBytes = 18;

    private readonly string _bare = $"n=,r={Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes))}";
    private string? _signature;

    private string Header => channel is null ? "n,," : "p=tls-server-end-point,,";

    /// <summary>The first message.</summary>
    public string First => Header + _bare;

    /// <summary>The answer to the server's first message.</summary>
    /// <exception cref="WireBrokenException">It isn't the server that the role was made on.</exception>
    public string Answer(string said)
    {
        var parts = said.Split(',');
        var own = _bare[5..];
        if (
            parts is not [['r', '=', .. var nonce], ['s', '=', .. var salt], ['i', '=', .. var rounds]]
            || !nonce.StartsWith(own, StringComparison.Ordinal)
            || nonce.Length <= own.Length
            || salt != role.Salt
            || rounds != role.Rounds.ToString(CultureInfo.InvariantCulture)
        )
        {
            throw new WireBrokenException("the server doesn't ask as the one does that the role was made on");
        }

        byte[] bound = [.. Encoding.ASCII.GetBytes(Header), .. channel ?? []];
        var without = $"c={Convert.ToBase64String(bound)},r={nonce}";
        var exchange = $"{_bare},{said},{without}";
        var proof = "";
        role.Apply(salted =>
        {
            proof = ScramProof.OfClient(salted, exchange);
            _signature = ScramProof.OfServer(salted, exchange);
        });
        return $"{without},p={proof}";
    }

    /// <summary>Checks that the server knows the role, too.</summary>
    public void Check(string said)
    {
        var expected = Encoding.ASCII.GetBytes($"v={_signature}");
        if (_signature is null || !CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(said)))
        {
            throw new WireBrokenException("the server doesn't know the role that it is to know");
        }
    }
}
