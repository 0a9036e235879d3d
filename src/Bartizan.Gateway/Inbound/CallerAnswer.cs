namespace Bartizan.Gateway.Inbound;

/// <summary>What became of looking at a caller's credential: a caller, or why not. <c>default</c> is nobody, refused.</summary>
/// <param name="Caller">Who it is; null when refused.</param>
/// <param name="Problem">Why it was refused, for the record; the caller isn't told.</param>
internal readonly record struct CallerAnswer(Caller? Caller, string Problem)
{
    public static CallerAnswer Refused(string why) => new(null, why);
}
