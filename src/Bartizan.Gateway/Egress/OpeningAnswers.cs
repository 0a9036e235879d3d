using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>What a client is told of the tunnel that it asked for, in the words of the protocol that it asked by.</summary>
internal static class OpeningAnswers
{
    /// <summary>The tunnel is open; nothing where nobody asked.</summary>
    public static ReadOnlyMemory<byte> Established(this Opening opening) =>
        opening switch
        {
            Opening.Connect => Answers.Established,
            Opening.Socks => SocksReply.Message(SocksReply.Succeeded),
            _ => default,
        };

    /// <summary>The monitor's no.</summary>
    public static ReadOnlyMemory<byte> Refused(this Opening opening, ActionTarget target, Decision decision) =>
        opening is Opening.Connect or Opening.Dialed ? Answers.Refused(target, decision) : opening.Refused("");

    /// <summary>A no whatever the rules say of the name.</summary>
    public static ReadOnlyMemory<byte> Refused(this Opening opening, string problem) =>
        opening switch
        {
            Opening.Connect or Opening.Dialed => Answers.Refused(problem),
            Opening.Socks => SocksReply.Message(SocksReply.NotAllowed),
            _ => Answers.AccessDenied,
        };

    /// <summary>The other side could not be reached, or leads where nothing is dialed.</summary>
    public static ReadOnlyMemory<byte> NotDialed(this Opening opening, Dialed dialed) =>
        opening switch
        {
            Opening.Connect or Opening.Dialed => dialed.ToAnswer(),
            Opening.Socks => SocksReply.Message(SocksReply.Of(dialed.End)),
            _ => Answers.AccessDenied,
        };
}
