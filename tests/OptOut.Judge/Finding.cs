namespace OptOut.Judge;

/// <summary>A proven mistake of the product.</summary>
/// <param name="Rule">The rule that does not hold, in one sentence.</param>
/// <param name="Evidence">What was answered, what was found, where, and when: enough to start looking.</param>
/// <param name="Area">The area of the product where to look first.</param>
internal sealed record Finding(string Rule, string Evidence, string Area);
