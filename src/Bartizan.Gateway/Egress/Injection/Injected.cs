namespace Bartizan.Gateway.Egress.Injection;

/// <summary>A request with a credential in it, or why there is none.</summary>
/// <param name="Request">The request to send; null when there is a problem.</param>
/// <param name="Problem">What is wrong, in a sentence without content.</param>
internal readonly record struct Injected(OutgoingRequest? Request, string Problem)
{
    public static implicit operator Injected(OutgoingRequest request) => new(request, "");

    public static Injected No(string problem) => new(null, problem);
}
