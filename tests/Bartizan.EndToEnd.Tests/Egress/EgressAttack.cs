namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>
/// One attempt to get something out of a sandbox, made inside of it. What it must not bring out holds <see cref="Mark"/>, so that whoever
/// hears that outside has seen it succeed.
/// </summary>
/// <param name="Name">What is tried, in words.</param>
/// <param name="Layer">What stops it.</param>
/// <param name="Evidence">
/// What the agent is told by that layer: a status, words, or an error of the socket; <c>|</c> between words of which one must be there.
/// </param>
/// <param name="Try">Tries it and tells what came back.</param>
internal sealed record EgressAttack(string Name, Layer Layer, string Evidence, Func<Attacker, Task<string>> Try)
{
    /// <summary>What nobody outside may hear.</summary>
    public const string Mark = "evil-mark";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<EgressAttack> All { get; } =
    [
        .. NameAttacks.All,
        .. AddressAttacks.All,
        .. RequestAttacks.All,
        .. TunnelAttacks.All,
        .. LookedIntoAttacks.All,
        .. Http2Attacks.All,
        .. DnsAttacks.All,
        .. SocketAttacks.All,
        .. IdentityAttacks.All,
        .. SocksAttacks.All,
    ];
}
