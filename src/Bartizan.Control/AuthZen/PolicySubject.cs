using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Control.AuthZen;

/// <summary>A session as the Authorization API asks about it.</summary>
/// <param name="Policy">Its policy of now.</param>
/// <param name="User">Whom it acts for.</param>
/// <param name="Labels">What it has been exposed to.</param>
public sealed record PolicySubject(Policy Policy, User? User, Labels Labels);
