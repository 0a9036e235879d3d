using Bartizan.Core.Approvals;

namespace Bartizan.Daemon.Approvals;

/// <summary>A yes, and what it stands on.</summary>
/// <param name="Person">Who said it.</param>
/// <param name="Holds">False once their account at the console isn't what it was: then the yes is none.</param>
internal sealed record Said(Approver Person, Func<bool> Holds);
